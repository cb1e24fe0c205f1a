using static RobustVlm.Data.SoftShapes;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Clocks at a full hour: the minute hand at twelve, the class given by the hour hand.</summary>
internal sealed class Clocks : ClassFamily
{
    public override string Name => "clocks";

    public override string Title => "Analogue clocks";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.62,
        LargestScale = 0.92,
        Turn = 0,
        Templates = ["a picture of {0}.", "{0}.", "a photo of {0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Hour(12, "twelve"), Hour(2, "two"), Hour(3, "three"), Hour(5, "five"), Hour(6, "six"), Hour(8, "eight"), Hour(9, "nine"), Hour(11, "eleven"),
    ];

    private static FamilyClass Hour(int hour, string word) =>
        new($"{word} o'clock", scene => Draw(scene, hour), $"a {{colour}} clock showing {word} o'clock", $"a {{colour}} clock at {word} o'clock");

    private static void Draw(Scene s, int hour)
    {
        var (x, y) = (s.X, s.Y);
        var radius = Length(x, y);
        var square = s.Draws.Chance(0.3);
        var face = square * Sdf.Box(x, y, 0, 0, 0.95, 0.95, 0.25) + (1 - square) * (0.98 - radius);
        var dark = s.Contrasting(s.Ink);
        var accent = dark * 0.45 + s.Paper * 0.55;
        var lines = s.Draws.Chance(0.5).unsqueeze(-1);
        var rim = lines * accent + (1 - lines) * dark;
        s.Paint(s.Mask(face), rim);
        s.Paint(s.Mask(face - s.Draws.Uniform(0.04, 0.16)), s.Ink);

        // Marks for all hours or for the quarters, strokes or dots, or none.
        var all = s.Draws.Chance(0.45);
        var angle = x.atan2(y);
        var aside = all * Sdf.Repeat(angle, Math.PI / 6).abs() + (1 - all) * Sdf.Repeat(angle, Math.PI / 2).abs();
        var outwards = (radius - 0.74).abs();
        var dots = s.Draws.Chance(0.4);
        var stroke = (0.035 - aside * radius).minimum(s.Draws.Uniform(0.04, 0.1) - outwards);
        var dot = 0.055 - Length(aside * radius, outwards);
        s.Paint(s.Mask(dots * dot + (1 - dots) * stroke) * s.Draws.Chance(0.85) * 0.8, dark);

        var (toX, toY) = (Math.Sin(hour * Math.PI / 6), -Math.Cos(hour * Math.PI / 6));
        var reach = s.Draws.Uniform(0.95, 1.12);
        var (handX, handY) = (x / reach, y / reach);
        s.Paint(s.Mask(Sdf.Segment(handX, handY, 0, 0.12, 0, -0.64, 0) + s.Draws.Uniform(0.035, 0.05)), dark);
        var tinted = s.Draws.Chance(0.3).unsqueeze(-1) * 0.5;
        s.Paint(
            s.Mask(Sdf.Segment(handX, handY, -0.12 * toX, -0.12 * toY, 0.42 * toX, 0.42 * toY, 0) + s.Draws.Uniform(0.07, 0.1)),
            dark * (1 - tinted) + s.Rgb(0.85, 0.1, 0.1) * tinted);
        s.Paint(s.Mask(0.1 - radius), dark);
    }
}
