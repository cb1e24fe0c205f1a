using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Surfaces that fill the picture, told apart by their pattern alone.</summary>
internal sealed class Textures : ClassFamily
{
    public override string Name => "textures";

    public override string Title => "Textures";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.5,
        LargestScale = 0.85,
        Turn = Math.PI,
        Wander = 1,
        Mirrored = true,
        NamesPlace = false,
        Templates = ["a photo of {0}.", "{0}.", "a close-up of {0}."],
    };

    internal override void PaintBackground(Scene scene) =>
        scene.Picture = (scene.Paper * (1 + 0.1 * scene.Field(4)).unsqueeze(1)).clamp_(0, 1).expand(scene.Count, 3, scene.Size, scene.Size);

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("striped", s => Fill(s, Striped), "a {colour} striped surface", "{colour} straight stripes"),
        new("checkered", s => Fill(s, Checkered), "a {colour} checkered surface", "a {colour} chessboard pattern"),
        new("dotted", s => Fill(s, Dotted), "a {colour} dotted surface", "{colour} polka dots"),
        new("brick", s => Fill(s, Brick), "a {colour} brick wall", "a wall of {colour} bricks"),
        new("honeycomb", s => Fill(s, Honeycomb), "a {colour} honeycomb", "a {colour} honeycomb pattern"),
        new("zigzag", s => Fill(s, Zigzag), "a {colour} zigzag pattern", "{colour} zigzag lines"),
        new("woven", PaintWoven, "a {colour} woven surface", "{colour} basketwork"),
        new("scaly", s => Fill(s, Scaly), "a {colour} scaly surface", "{colour} fish scales"),
        new("cracked", s => Fill(s, Cracked), "a {colour} cracked surface", "{colour} cracks"),
        new("wavy", s => Fill(s, Wavy), "a {colour} wavy pattern", "{colour} wavy lines"),
    ];

    // Patterns are drawn with a period of about one; distances come back in the same unit.
    private static void Fill(Scene s, Func<Scene, Tensor, Tensor, Tensor> pattern)
    {
        s.Bend(0.03);
        var period = s.Draws.Uniform(0.55, 0.95);
        var shade = 1 + 0.08 * s.Field(8);
        var distance = pattern(s, s.X / period + s.Draws.Uniform(0, 1), s.Y / period + s.Draws.Uniform(0, 1)) * period;
        s.Paint(s.Mask(distance), (s.Ink * shade.unsqueeze(1)).clamp_(0, 1));
    }

    private static Tensor Striped(Scene s, Tensor x, Tensor y) => s.Draws.Uniform(0.15, 0.35) - Sdf.Repeat(x, 1).abs();

    private static Tensor Checkered(Scene s, Tensor x, Tensor y)
    {
        // Products of distances have the right sign everywhere, and the right slope near the edges.
        var (across, down) = (Sdf.Repeat(x, 2).abs() - 0.5, Sdf.Repeat(y, 2).abs() - 0.5);
        return across.abs().minimum(down.abs()) * across.sign() * down.sign();
    }

    private static Tensor Dotted(Scene s, Tensor x, Tensor y)
    {
        var staggered = s.Draws.Chance(0.5) * 0.5;
        var row = y.round();
        return s.Draws.Uniform(0.22, 0.38) - Length(Sdf.Repeat(x + staggered * row, 1), y - row);
    }

    private static Tensor Brick(Scene s, Tensor x, Tensor y)
    {
        var joint = s.Draws.Uniform(0.06, 0.1);
        var (length, height) = (s.Draws.Uniform(1.3, 1.8), 0.65);
        var row = (y / height).round();
        var along = x / length + 0.5 * row;
        var (acrossJoint, alongJoint) = (height / 2 - (y - row * height).abs(), (0.5 - (along - along.round()).abs()) * length);
        return acrossJoint.minimum(alongJoint) - joint;
    }

    private static Tensor Honeycomb(Scene s, Tensor x, Tensor y)
    {
        // Two shifted rectangular lattices; a point's hexagon is the one whose centre is nearer.
        var tall = Math.Sqrt(3);
        var (x1, y1) = (Sdf.Repeat(x, 1), Sdf.Repeat(y, tall));
        var (x2, y2) = (Sdf.Repeat(x - 0.5, 1), Sdf.Repeat(y - tall / 2, tall));
        var firstIsNearer = (x1.square() + y1.square()).lt(x2.square() + y2.square());
        var (hexX, hexY) = (where(firstIsNearer, x1, x2).abs_(), where(firstIsNearer, y1, y2).abs_());
        var toEdge = 0.5 - hexX.maximum(0.5 * hexX + tall / 2 * hexY);
        return s.Draws.Uniform(0.07, 0.12) - toEdge;
    }

    private static Tensor Zigzag(Scene s, Tensor x, Tensor y)
    {
        var height = s.Draws.Uniform(0.7, 1.1);
        var line = y + height * (Sdf.Repeat(x / 1.5, 1).abs() - 0.25) * 1.6;
        return (0.24 - Sdf.Repeat(line, 1).abs()) * 0.75;
    }

    private static void PaintWoven(Scene s)
    {
        // Ribbons of two shades; at every crossing another one lies on top.
        s.Bend(0.03);
        var period = s.Draws.Uniform(0.6, 0.95);
        var (x, y) = (s.X / period + s.Draws.Uniform(), s.Y / period + s.Draws.Uniform());
        var (column, row) = (x.round(), y.round());
        var half = s.Draws.Uniform(0.3, 0.4);
        var (across, down) = (half - (y - row).abs(), half - (x - column).abs());
        var acrossOnTop = (column + row).remainder(2).gt(0.5).to(ScalarType.Float32);
        var shaded = s.Ink * 0.5 + s.Paper * 0.5;
        var (first, second) = (s.Mask(across * period), s.Mask(down * period));

        // The ribbon below is dark beside the one above.
        s.Paint(first * (1 - acrossOnTop), s.Ink * (0.55 + 0.45 * (1 - second)).unsqueeze(1));
        s.Paint(second, shaded * (1 - 0.45 * acrossOnTop * Ridge(across - 0.1, 0.2)).unsqueeze(1));
        s.Paint(first * acrossOnTop, s.Ink);
    }

    private static Tensor Scaly(Scene s, Tensor x, Tensor y)
    {
        // Rows of discs, every row over the one below and shifted by half a disc; what is seen of a disc is edged.
        var top = (y * 2).floor();
        var seen = Disc(top + 1);
        for (var k = 0; k <= 1; k++)
        {
            var over = Disc(top - k);
            seen = where(over.gt(0), over, seen.minimum(-over));
        }

        return seen - s.Draws.Uniform(0.05, 0.09);

        Tensor Disc(Tensor row) => 0.56 - Length(Sdf.Repeat(x + 0.5 * row, 1), y - 0.5 * row);
    }

    private static Tensor Cracked(Scene s, Tensor x, Tensor y)
    {
        var rough = 0.09 * s.Field(16);
        var salt = (s.Draws.Uniform() * 250).floor();
        var (first, second, _) = Sdf.Cells(x * 0.8 + rough, y * 0.8 - rough, full([1, 1, 1], 0.5, device: s.Device), salt);
        return second - first - s.Draws.Uniform(0.1, 0.16) * (1 + 0.4 * s.Field(8));
    }

    private static Tensor Wavy(Scene s, Tensor x, Tensor y)
    {
        var line = y + s.Draws.Uniform(0.25, 0.4) * (x * (2 * Math.PI / 2.2)).sin();
        return (0.24 - Sdf.Repeat(line, 1).abs()) * 0.75;
    }
}
