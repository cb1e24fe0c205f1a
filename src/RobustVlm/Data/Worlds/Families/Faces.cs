using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Cartoon faces of eight expressions, with and without hair, hats, glasses, noses and cheeks.</summary>
internal sealed class Faces : ClassFamily
{
    public override string Name => "faces";

    public override string Title => "Faces";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.6,
        LargestScale = 0.92,
        Turn = 0.2,
        Mirrored = true,
        Templates = ["a picture of {0}.", "{0}.", "a drawing of {0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Face("happy", "a happy", (pen, x, y) => (pen.Open(), Smile(x, y))),
        Face("sad", "a sad", (pen, x, y) => (pen.Open(), Max(Sdf.Arc(x, y, 0, 0.82, 0.38, 1.15 * Math.PI, 1.85 * Math.PI, Pen.Width), pen.Brows(-0.5, -0.5, -0.18, -0.66)))),
        Face("surprised", "a surprised", (pen, x, y) => (pen.Wide(), Max(Sdf.Ellipse(x, y, 0, 0.5, 0.2, 0.27), pen.Brows(-0.5, -0.62, -0.2, -0.68)))),
        Face("angry", "an angry", (pen, x, y) => (pen.Open(), Max(Sdf.Arc(x, y, 0, 0.95, 0.48, 1.25 * Math.PI, 1.75 * Math.PI, Pen.Width), pen.Brows(-0.58, -0.56, -0.1, -0.3)))),
        Face("winking", "a winking", (pen, x, y) => (pen.Wink(), Smile(x, y))),
        Face("sleeping", "a sleeping", (pen, x, y) => (pen.Shut(down: true), Max(Sdf.Ellipse(x, y, 0, 0.5, 0.12, 0.09), pen.Snore()))),
        Face("laughing", "a laughing", (pen, x, y) => (pen.Shut(down: false), Min(Sdf.Ellipse(x, y, 0, 0.2, 0.52, 0.55), y - 0.2))),
        Face("neutral", "a neutral", (pen, x, y) => (pen.Open(), Sdf.Segment(x, y, -0.32, 0.5, 0.32, 0.5, Pen.Width))),
    ];

    private static Tensor Smile(Tensor x, Tensor y) => Sdf.Arc(x, y, 0, 0.12, 0.48, 0.12 * Math.PI, 0.88 * Math.PI, Pen.Width);

    private static FamilyClass Face(string expression, string phrase, Func<Pen, Tensor, Tensor, (Tensor Eyes, Tensor Mouth)> features) => new(
        expression,
        scene => Draw(scene, expression == "laughing", features),
        $"{phrase} {{colour}} face",
        $"{phrase} {{colour}} cartoon face");

    private static void Draw(Scene s, bool teeth, Func<Pen, Tensor, Tensor, (Tensor Eyes, Tensor Mouth)> features)
    {
        s.Bend(0.02);
        var (x, y) = (s.X, s.Y);
        var dark = s.Contrasting(s.Ink);
        var other = s.Between((0.25, 0.12, 0.05), (0.85, 0.6, 0.15)) * 0.7 + (1 - s.Paper) * 0.3;
        var head = 0.95 - Length(x / s.Draws.Uniform(0.85, 1), y);

        // Hair to the ears behind the face, or a fringe above it.
        s.Paint(s.Mask(Sdf.Ellipse(x, y, 0, -0.1, 1.08, 1)) * s.Draws.Chance(0.25) * Inside(0.5 - y, 0.05), other);
        s.Paint(s.Mask(head), dark);
        s.Paint(s.Mask(head - s.Draws.Uniform(0.0, 0.08)), s.Ink);
        s.Paint(s.Mask(Min(head, -0.68 - y + 0.1 * (x * 9).sin())) * s.Draws.Chance(0.3), other);
        PaintHat(s, other);

        var (shiftX, shiftY) = (s.Draws.Uniform(-0.06, 0.06), s.Draws.Uniform(-0.05, 0.05));
        (x, y) = (x - shiftX, y - shiftY);
        var pen = new Pen(s, x, y);
        var cheeks = Sdf.Circle(x.abs(), y, 0.58, 0.2, 0.16);
        s.Paint(s.Mask(cheeks) * s.Draws.Chance(0.3) * 0.35, s.Rgb(0.95, 0.35, 0.35));
        s.Paint(s.Mask(Sdf.Segment(x, y, 0, -0.02, 0, 0.1, 0.11)) * s.Draws.Chance(0.4) * 0.6, dark);
        var glasses = 0.035 - Sdf.Circle(x.abs(), y, 0.36, -0.2, 0.29).abs();
        s.Paint(s.Mask(glasses.maximum(Sdf.Segment(x, y, -0.07, -0.2, 0.07, -0.2, 0.08))) * s.Draws.Chance(0.2) * 0.75, dark);
        var (eyes, mouth) = features(pen, x, y);
        s.Paint(s.Mask(eyes.maximum(mouth)), dark);
        if (teeth)
        {
            s.Paint(s.Mask(Min(Sdf.Ellipse(x, y, 0, 0.2, 0.52, 0.55) - 0.08, y - 0.25, 0.42 - y)), s.Contrasting(dark));
        }
    }

    private static void PaintHat(Scene s, Tensor colour)
    {
        var (pointed, flat) = (s.Draws.Chance(0.12), s.Draws.Chance(0.15));
        s.Paint(s.Mask(Sdf.Polygon(s.X, s.Y, (0, -1.6), (-0.55, -0.72), (0.55, -0.72))) * pointed, colour);
        s.Paint(s.Mask(Max(Sdf.Box(s.X, s.Y, 0, -0.8, 0.85, 0.08, 0.05), Sdf.Box(s.X, s.Y, 0, -1.05, 0.5, 0.3, 0.05))) * flat, colour);
    }

    /// <summary>Eyes, brows and lines of one face; distances as in <see cref="Sdf"/>.</summary>
    private sealed class Pen(Scene scene, Tensor x, Tensor y)
    {
        private readonly Tensor _size = scene.Draws.Uniform(0.1, 0.15);

        internal const double Width = 0.15;

        internal Tensor Open() => _size - Length(x.abs() - 0.36, y + 0.2);

        /// <summary>Large round eyes, white round the pupils.</summary>
        internal Tensor Wide()
        {
            var ring = Length(x.abs() - 0.36, y + 0.2);
            return Max(0.045 - (ring - 0.22).abs(), _size - 0.02 - ring);
        }

        internal Tensor Wink() => Max(
            _size - Length(x + 0.36, y + 0.2),
            Sdf.Segment(x, y, 0.17, -0.2, 0.55, -0.2, Width));

        internal Tensor Shut(bool down) => down
            ? Sdf.Arc(x.abs(), y, 0.36, -0.34, 0.22, 0.15 * Math.PI, 0.85 * Math.PI, Width * 0.9)
            : Sdf.Stroke(x.abs(), y, Width * 0.85, (0.18, -0.12), (0.36, -0.34), (0.54, -0.12));

        /// <summary>A brow, given for the left side, and its mirror image.</summary>
        internal Tensor Brows(double outerX, double outerY, double innerX, double innerY) => Sdf.Segment(-x.abs(), y, outerX, outerY, innerX, innerY, Width * 0.85);

        /// <summary>Now and then the letter z beside the head.</summary>
        internal Tensor Snore() =>
            Sdf.Stroke(x, y, 0.1, (0.75, -1), (1.05, -1), (0.75, -0.65), (1.05, -0.65)) - 9 * (1 - scene.Draws.Chance(0.4));
    }
}
