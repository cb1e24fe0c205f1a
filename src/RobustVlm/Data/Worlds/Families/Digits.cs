using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Digits written by hand, on paper or boards, always 24 x 24 pixels large: the family of another resolution.</summary>
internal sealed class Digits : ClassFamily
{
    public override string Name => "digits";

    public override string Title => "Handwritten digits";

    public override int? NativeSize => 24;

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.58,
        LargestScale = 0.9,
        Turn = 0.15,
        Clutter = 0.3,
        Templates = ["a picture of {0}.", "{0}.", "a photo of {0}."],
    };

    internal override void PaintBackground(Scene scene)
    {
        base.PaintBackground(scene);

        // Faint lines of an exercise book, sometimes squared.
        var spacing = scene.Draws.Uniform(0.3, 0.6);
        var (across, down) = ((scene.FilmY / spacing + scene.Draws.Uniform()), (scene.FilmX / spacing + scene.Draws.Uniform()));
        var lines = Ridge(Sdf.Repeat(across, 1) * spacing, 0.05) * scene.Draws.Chance(0.4);
        var squared = Ridge(Sdf.Repeat(down, 1) * spacing, 0.05) * scene.Draws.Chance(0.2);
        scene.Paint(lines.maximum(squared) * 0.3, scene.Ink);
    }

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Digit("zero", (_, x, y) => Sdf.Curve(x, y, 0, (0.1, -0.88), (-0.35, -0.65), (-0.52, 0), (-0.35, 0.68), (0.05, 0.88), (0.4, 0.6), (0.5, 0), (0.38, -0.62), (0.02, -0.9))),
        Digit("one", (s, x, y) => Max(
            Sdf.Stroke(x, y, 0, (-0.35, -0.45), (0.05, -0.9), (0.05, 0.9)),
            Sometimes(s, 0.4, Sdf.Segment(x, y, -0.35, 0.9, 0.45, 0.9, 0)))),
        Digit("two", (_, x, y) => Max(
            Sdf.Curve(x, y, 0, (-0.5, -0.5), (-0.2, -0.86), (0.28, -0.82), (0.46, -0.4), (0.05, 0.25), (-0.5, 0.85)),
            Sdf.Segment(x, y, -0.5, 0.85, 0.55, 0.85, 0))),
        Digit("three", (_, x, y) => Max(
            Sdf.Curve(x, y, 0, (-0.45, -0.7), (0, -0.9), (0.42, -0.6), (0.25, -0.15), (-0.15, -0.05)),
            Sdf.Curve(x, y, 0, (-0.15, -0.05), (0.4, 0.1), (0.5, 0.5), (0.1, 0.88), (-0.5, 0.72)))),
        Digit("four", (s, x, y) => Max(
            Sdf.Stroke(x, y, 0, (-0.5, 0.25), (0.58, 0.25)),
            Sdf.Stroke(x, y, 0, (0.22, -0.4), (0.22, 0.9)),
            Either(s, Sdf.Stroke(x, y, 0, (0.22, -0.4), (0.22, -0.9), (-0.5, 0.25)), Sdf.Stroke(x, y, 0, (-0.3, -0.88), (-0.5, 0.25))))),
        Digit("five", (_, x, y) => Max(
            Sdf.Stroke(x, y, 0, (0.48, -0.85), (-0.36, -0.85), (-0.42, -0.1)),
            Sdf.Curve(x, y, 0, (-0.42, -0.1), (0.05, -0.25), (0.48, 0.15), (0.35, 0.7), (-0.1, 0.9), (-0.5, 0.7)))),
        Digit("six", (_, x, y) => Sdf.Curve(x, y, 0, (0.38, -0.88), (-0.15, -0.5), (-0.48, 0.2), (-0.28, 0.8), (0.2, 0.88), (0.48, 0.45), (0.2, 0.02), (-0.2, 0.1), (-0.46, 0.4))),
        Digit("seven", (s, x, y) => Max(
            Sdf.Stroke(x, y, 0, (-0.5, -0.85), (0.5, -0.85), (-0.1, 0.9)),
            Sometimes(s, 0.35, Sdf.Segment(x, y, -0.25, 0.05, 0.45, 0.05, 0)))),
        Digit("eight", (_, x, y) => Sdf.Curve(x, y, 0, (0.35, -0.75), (0, -0.9), (-0.4, -0.62), (0, -0.08), (0.48, 0.42), (0, 0.9), (-0.48, 0.42), (0, -0.08), (0.4, -0.6), (0.2, -0.85))),
        Digit("nine", (s, x, y) => Max(
            Sdf.Curve(x, y, 0, (0.44, -0.5), (0.1, -0.9), (-0.38, -0.72), (-0.42, -0.32), (-0.05, -0.05), (0.36, -0.3), (0.44, -0.55)),
            Either(s, Sdf.Stroke(x, y, 0, (0.44, -0.55), (0.3, 0.9)), Sdf.Curve(x, y, 0, (0.44, -0.55), (0.42, 0.3), (0.1, 0.85), (-0.4, 0.75))))),
    ];

    private static FamilyClass Digit(string word, Func<Scene, Tensor, Tensor, Tensor> skeleton) => new(
        word,
        scene =>
        {
            scene.Bend(0.07);
            scene.Bend(0.035, 4);
            var x = (scene.X + scene.Draws.Uniform(-0.1, 0.4) * scene.Y) / scene.Draws.Uniform(0.75, 1.15);
            var pressure = 1 + 0.15 * scene.Field(4);
            scene.Fill(skeleton(scene, x, scene.Y) + scene.Draws.Uniform(0.09, 0.19) * pressure);
        },
        $"the {{colour}} digit {word}",
        $"the {{colour}} handwritten digit {word}",
        $"a handwritten {{colour}} {word}");

    private static Tensor Sometimes(Scene scene, double probability, Tensor part) => part - 9 * (1 - scene.Draws.Chance(probability));

    private static Tensor Either(Scene scene, Tensor first, Tensor second)
    {
        var choice = scene.Draws.Chance(0.5);
        return (first - 9 * choice).maximum(second - 9 * (1 - choice));
    }
}
