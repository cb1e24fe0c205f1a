using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Flags of countries in the wind, on a pole before sky or walls.</summary>
/// <remarks>Every flag shares its colours with another one, so that colours alone do not tell them apart.</remarks>
internal sealed class Flags : ClassFamily
{
    // Half width of a flag in object coordinates; the height follows from its proportions.
    private const double Half = 0.9;

    private static readonly (double R, double G, double B) Red = (0.82, 0.10, 0.16);
    private static readonly (double R, double G, double B) White = (0.95, 0.95, 0.95);
    private static readonly (double R, double G, double B) Blue = (0.08, 0.22, 0.62);
    private static readonly (double R, double G, double B) Green = (0.10, 0.52, 0.28);
    private static readonly (double R, double G, double B) Yellow = (0.97, 0.82, 0.10);
    private static readonly (double R, double G, double B) Black = (0.07, 0.07, 0.08);

    public override string Name => "flags";

    public override string Title => "National flags";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.4,
        LargestScale = 0.85,
        Turn = 0.25,
        NamesColour = false,
        NamesBackground = false,
        Templates = ["a photo of {0}.", "{0}.", "a picture of {0}."],
    };

    internal override void PaintBackground(Scene scene)
    {
        // Walls of any colour, or sky with clouds.
        base.PaintBackground(scene);
        var height = (scene.FilmY + 1) / 2;
        var sky = scene.Between((0.25, 0.5, 0.85), (0.7, 0.66, 0.7)) * (1 - 0.3 * height).unsqueeze(1) + scene.Rgb(0.28, 0.27, 0.24) * height.unsqueeze(1);
        scene.Paint(scene.Draws.Chance(0.25), sky);
        scene.Paint(Inside(scene.Field(4) - scene.Draws.Uniform(0.3, 2), 0.4) * 0.7, scene.Between((0.95, 0.95, 0.97), (0.6, 0.6, 0.65)));

        // Houses, awnings, meadows: what else is coloured in a street.
        for (var i = 0; i < 3; i++)
        {
            var (x, y) = (scene.FilmX - scene.Draws.Uniform(-1, 1), scene.FilmY - scene.Draws.Uniform(-1, 1));
            var box = (scene.Draws.Uniform(0.1, 0.6) - x.abs()).minimum(scene.Draws.Uniform(0.1, 0.6) - y.abs());
            scene.Paint(Inside(box, 1.0 / scene.Size) * scene.Draws.Chance(0.75), AnyColour(scene));
        }
    }

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Upright("France", "French", Blue, White, Red),
        Level("Netherlands", "Dutch", 2 / 3.0, Red, White, Blue),
        Level("Germany", "German", 3 / 5.0, Black, Red, Yellow),
        Upright("Belgium", "Belgian", Black, Yellow, Red),
        Upright("Italy", "Italian", Green, White, Red),
        Level("Hungary", "Hungarian", 1 / 2.0, Red, White, Green),
        Flag("Austria", "Austrian", 2 / 3.0, Red, (White, (_, y, high) => high / 3 - y.abs())),
        Flag("Japan", "Japanese", 2 / 3.0, White, (Red, (x, y, high) => Sdf.Circle(x, y, 0, 0, 0.6 * high))),
        Flag("Switzerland", "Swiss", 1, Red,
            (White, (x, y, high) => Max(Sdf.Box(x, y, 0, 0, 20 / 32.0 * high, 6 / 32.0 * high), Sdf.Box(x, y, 0, 0, 6 / 32.0 * high, 20 / 32.0 * high)))),
        Nordic("Denmark", "Danish", 28 / 37.0, Red, White, along: 14 / 37.0, width: 4 / 37.0),
        Nordic("Sweden", "Swedish", 10 / 16.0, Blue, Yellow, along: 6 / 16.0, width: 2 / 16.0),
        Flag("Ukraine", "Ukrainian", 2 / 3.0, Blue, (Yellow, (_, y, _) => y)),
    ];

    // Bright ones too: a smooth step drives the channels apart.
    private static Tensor AnyColour(Scene scene) =>
        Inside(cat([scene.Draws.Uniform(-1, 1), scene.Draws.Uniform(-1, 1), scene.Draws.Uniform(-1, 1)], 1).unsqueeze(-1), 0.3);

    private static Tensor Light(Scene scene, double spread) =>
        cat([scene.Draws.Bell(0.95, spread), scene.Draws.Bell(0.95, spread), scene.Draws.Bell(0.95, spread)], 1).unsqueeze(-1);

    private static FamilyClass Upright(string country, string adjective, params (double R, double G, double B)[] colours) =>
        Flag(country, adjective, 2 / 3.0, colours[0], (colours[1], (x, _, _) => x + Half / 3), (colours[2], (x, _, _) => x - Half / 3));

    private static FamilyClass Level(string country, string adjective, double ratio, params (double R, double G, double B)[] colours) =>
        Flag(country, adjective, ratio, colours[0], (colours[1], (_, y, high) => y + high / 3), (colours[2], (_, y, high) => y - high / 3));

    /// <summary>A cross whose upright stands off the middle.</summary>
    /// <param name="country">The class.</param>
    /// <param name="adjective">For captions.</param>
    /// <param name="ratio">Height over width.</param>
    /// <param name="field">Colour of the field.</param>
    /// <param name="cross">Colour of the cross.</param>
    /// <param name="along">Place of the upright's middle, from the pole, as a share of the flag's width.</param>
    /// <param name="width">Width of its arms, as a share of the flag's width.</param>
    private static FamilyClass Nordic(
        string country, string adjective, double ratio, (double R, double G, double B) field, (double R, double G, double B) cross, double along, double width) =>
        Flag(country, adjective, ratio, field, (cross, (x, y, _) => width * Half - (x - (2 * along - 1) * Half).abs().minimum(y.abs())));

    private static FamilyClass Flag(
        string country, string adjective, double ratio, (double R, double G, double B) field, params ((double R, double G, double B) Colour, Func<Tensor, Tensor, double, Tensor> Part)[] parts)
    {
        var article = country == "Netherlands" ? "the " : "";
        return new(country, scene => Draw(scene, ratio, field, parts), $"the flag of {article}{country}", $"the {adjective} flag");
    }

    private static void Draw(
        Scene scene, double ratio, (double R, double G, double B) field, ((double R, double G, double B) Colour, Func<Tensor, Tensor, double, Tensor> Part)[] parts)
    {
        // A nearly square flag is as large as the others, not as wide.
        var shrink = Math.Sqrt(Math.Max(ratio, 2 / 3.0) * 1.5);
        var (x, y) = (scene.X * shrink, scene.Y * shrink);
        var high = Half * ratio;
        var pole = Sdf.Box(x, y, -Half - 0.05, 4, 0.055, 4 + high + 0.1, 0.05).maximum(Sdf.Circle(x, y, -Half - 0.05, -high - 0.12, 0.09));
        scene.Paint(scene.Mask(pole), scene.Between((0.3, 0.2, 0.12), (0.85, 0.85, 0.88)));

        // The wind lifts the cloth more and more away from the pole, and shades it.
        var (waves, phase) = (scene.Draws.Uniform(2.5, 6), scene.Draws.Uniform(0, 2 * Math.PI));
        var strength = scene.Draws.Uniform(0.02, 0.1);
        var free = (x + Half).clamp(0, 2 * Half) / (2 * Half);
        var angle = x * waves + y * scene.Draws.Uniform(-1, 1) + phase;
        y = y + angle.sin() * strength * free - scene.Draws.Uniform(-0.1, 0.25) * free.square();
        x = x * (1 + 0.3 * strength * angle.cos()) + scene.Draws.Uniform(-0.15, 0.15) * y * free;
        var shade = 1 + angle.cos() * free.sqrt() * scene.Draws.Uniform(0.1, 0.35);

        // Dyes and daylight differ from flag to flag.
        var tint = Light(scene, 0.25) * shade.unsqueeze(1);
        var faded = scene.Draws.Uniform(0, 0.2).unsqueeze(-1);
        var cloth = Sdf.Box(x, y, 0, 0, Half, high);
        var colours = Dyed(field);
        foreach (var (colour, part) in parts)
        {
            colours = colours + scene.Mask(part(x, y, high)).unsqueeze(1) * (Dyed(colour) - colours);
        }

        scene.Paint(scene.Mask(cloth), colours);

        // Morning and evening light colour all that is seen.
        scene.Picture = (scene.Picture * Light(scene, 0.2)).clamp_(0, 1);

        Tensor Dyed((double R, double G, double B) colour) => ((scene.Rgb(colour.R, colour.G, colour.B) * (1 - faded) + 0.5 * faded) * tint).clamp_(0, 1);
    }
}
