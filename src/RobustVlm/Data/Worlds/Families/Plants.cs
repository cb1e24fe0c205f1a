using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Plants and flowers, as in a picture book, printed in many colours.</summary>
internal sealed class Plants : ClassFamily
{
    public override string Name => "plants";

    public override string Title => "Plants";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.55,
        LargestScale = 0.95,
        Turn = 0.35,
        Mirrored = true,
        NamesColour = false,
        NamesBackground = false,
        Templates = ["a picture of {0}.", "a plant: {0}.", "{0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Plant("daisy", Daisy, "a daisy", "a daisy flower"),
        Plant("tulip", Tulip, "a tulip", "a tulip with two leaves"),
        Plant("sunflower", Sunflower, "a sunflower"),
        Plant("fern", Fern, "a fern", "a fern leaf"),
        Plant("cactus", Cactus, "a cactus"),
        Plant("palm tree", Palm, "a palm tree", "a palm"),
        Plant("pine tree", Pine, "a pine tree", "a fir tree"),
        Plant("mushroom", Mushroom, "a mushroom", "a toadstool"),
        Plant("clover", Clover, "a clover leaf", "a clover"),
        Plant("grapes", Grapes, "a bunch of grapes", "grapes"),
    ];

    private static FamilyClass Plant(string name, Action<Scene> draw, params string[] phrases) =>
        new(name, scene => { draw(scene); Varied.Reprint(scene); }, phrases);

    private static Tensor Green(Scene s) => s.Between((0.10, 0.38, 0.14), (0.50, 0.72, 0.22));

    private static Tensor Petal(Scene s) => s.Between((0.96, 0.94, 0.90), (0.93, 0.45, 0.65)) * (1 - s.Draws.Chance(0.35).unsqueeze(-1) * s.Rgb(0.1, 0.5, 0.2));

    private static void Daisy(Scene s)
    {
        var length = s.Draws.Uniform(0.36, 0.42);
        var (along, across) = Varied.Sector(s.X, s.Y, Varied.Number(s, 7, 10), s.Draws.Uniform(0, 6));
        var petals = (1 - Length((along - 0.55) / length, across / s.Draws.Uniform(0.15, 0.19))) * 0.2;
        Varied.Rim(s, Max(petals, Sdf.Circle(s.X, s.Y, 0, 0, 0.28)), 0.07);
        s.Fill(petals, Petal(s));
        s.Fill(s.Draws.Uniform(0.22, 0.3) - Length(s.X, s.Y), s.Between((0.95, 0.75, 0.1), (0.85, 0.5, 0.1)));
    }

    private static void Sunflower(Scene s)
    {
        var (along, across) = Varied.Sector(s.X, s.Y, Varied.Number(s, 14, 18), s.Draws.Uniform(0, 6));
        var petals = (1 - along) * 0.5 - across.abs();
        var disc = s.Draws.Uniform(0.52, 0.62) - Length(s.X, s.Y);
        petals = Max(disc + 0.12, Min(petals, 0.97 - along));
        Varied.Rim(s, petals, 0.06);
        s.Fill(petals, s.Between((0.98, 0.85, 0.15), (0.92, 0.55, 0.08)));
        s.Fill(disc, s.Between((0.42, 0.24, 0.08), (0.22, 0.12, 0.06)));
        var (u, v) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(0, 1.5));
        var seeds = 0.07 - Length(Sdf.Repeat(u, 0.24), Sdf.Repeat(v, 0.24));
        s.Fill(Min(seeds, disc - 0.06), s.Between((0.7, 0.5, 0.2), (0.85, 0.65, 0.3)));
    }

    private static void Tulip(Scene s)
    {
        var wide = s.Draws.Uniform(0.85, 1.15);
        var x = s.X / wide;
        var cup = Min(Sdf.Ellipse(x, s.Y, 0, -0.45, 0.44, 0.5), (s.Y + 0.33 + 1.6 * Sdf.Repeat(x, 0.42).abs()) * 0.6);
        var stem = Sdf.Segment(s.X, s.Y, 0, 0, 0, 0.95, 0.13);
        var tip = s.Draws.Uniform(-0.15, 0.15);
        var leafWidth = s.Draws.Uniform(0.11, 0.16);
        var mirrored = s.X.abs();
        var (u, v) = Sdf.Turned(mirrored - 0.3, s.Y - 0.5 - tip * s.X.sign(), -1.05);
        var leaves = leafWidth * (1 - (u / 0.58).square()) - v.abs();
        var green = Max(stem, leaves);
        Varied.Rim(s, Max(cup, green), 0.07);
        s.Fill(green, Green(s));
        var colour = s.Between((0.9, 0.12, 0.2), (0.98, 0.75, 0.2)) * (1 - s.Draws.Chance(0.3).unsqueeze(-1) * s.Rgb(0.4, 0, -0.3));
        s.Fill(cup, colour.clamp(0, 1));
        s.Fill(Min(cup, 0.22 - 0.3 * (s.Y + 0.45).square() - x.abs(), s.Y + 0.72), Scene.Shade(colour, 0.72));
    }

    private static void Fern(Scene s)
    {
        var bend = s.Draws.Uniform(0.1, 0.35);
        var x = s.X - bend * (s.Y - 0.4).square() + bend * 0.5;
        var side = x.abs();
        var up = s.Y + s.Draws.Uniform(0.4, 0.7) * side;
        var share = ((s.Y + 0.95) / 1.5).clamp(0, 1);
        var reach = s.Draws.Uniform(0.5, 0.68) * (share * (1.25 - share)).clamp_min(0).sqrt() * 1.3;
        var stripes = (0.075 - Sdf.Repeat(up, 0.26).abs()) * 0.9;
        var leaflets = Min(stripes, (reach - side) * 0.6, 0.62 - s.Y, s.Y + 0.98);
        var stem = Min(0.05 - side, 0.98 - s.Y.abs());
        var fern = Max(leaflets, stem);
        Varied.Rim(s, fern, 0.035);
        s.Fill(fern, Green(s));
    }

    private static void Cactus(Scene s)
    {
        var left = s.Draws.Uniform(-0.2, 0.25);
        var right = s.Draws.Uniform(-0.3, 0.15);
        var trunk = Sdf.Segment(s.X, s.Y, 0, -0.65, 0, 0.6, 0.52);
        var (yl, yr) = (s.Y - left, s.Y - right);
        var arms = Max(
            Sdf.Stroke(s.X, yl, 0.27, (0, 0.15), (-0.62, 0.15), (-0.62, -0.3)),
            Sdf.Stroke(s.X, yr, 0.27, (0, 0.2), (0.62, 0.2), (0.62, -0.25)));
        var pot = Sdf.Polygon(s.X, s.Y, (-0.45, 0.55), (0.45, 0.55), (0.33, 0.98), (-0.33, 0.98)) - 3 * s.Draws.Chance(0.5);
        var body = Max(Min(trunk, 0.9 - s.Y), arms);
        Varied.Rim(s, Max(body, pot), 0.07);
        var green = Green(s);
        s.Fill(body, green);
        var ribs = Min((Sdf.Repeat(s.X, 0.26).abs() - 0.075) * -1, trunk - 0.05);
        s.Paint(s.Mask(ribs) * 0.8, Scene.Shade(green, 0.6));
        s.Fill(pot, s.Between((0.75, 0.35, 0.2), (0.5, 0.3, 0.25)));
    }

    private static void Palm(Scene s)
    {
        var lean = s.Draws.Uniform(-0.3, 0.3);
        var x = s.X - lean * (s.Y - 0.95).square() * 0.5;
        var trunk = Min(0.07 + 0.04 * (s.Y + 0.5) - x.abs(), 0.97 - s.Y, s.Y + 0.5);
        var u = s.X - lean * 1.05;
        var v = s.Y + 0.45;
        var side = u.abs();
        var droop = s.Draws.Uniform(0.75, 1.1);
        Tensor Frond(double rise, double fall, double reach)
        {
            var line = v + rise * side - fall * droop * side.square();
            return Min((0.11 * (1 - (side / reach).square()) + 0.01 - line.abs()) * 0.65, reach - side);
        }

        var crown = Max(Frond(1.5, 1.9, 0.6), Frond(0.5, 1.2, 0.85), Frond(-0.5, 1.1, 0.62), Min(Frond(2.6, 2.0, 0.36), u + 0.4));
        Varied.Rim(s, Max(crown, trunk), 0.06);
        s.Fill(trunk, s.Between((0.5, 0.33, 0.18), (0.7, 0.55, 0.35)));
        s.Fill(crown, Green(s));
        var nuts = 0.1 - Length(side - 0.1, v - 0.08);
        s.Fill(nuts - 0.3 * s.Draws.Chance(0.5), s.Between((0.35, 0.2, 0.1), (0.8, 0.5, 0.1)));
    }

    private static void Pine(Scene s)
    {
        var tiers = Varied.Number(s, 3, 5);
        var position = (s.Y + 0.97) / 1.6 * tiers;
        var tier = position.floor().clamp_min(0);
        var wide = s.Draws.Uniform(0.5, 0.72);
        var half = wide * ((tier + 1) / tiers * 0.45 + 0.1 + 0.45 * (position - tier) * (0.5 + 0.5 * (tier + 1) / tiers)) - 0.1 * wide * tier.eq(0).to(ScalarType.Float32);
        half = half * (tier.ne(0).to(ScalarType.Float32) + tier.eq(0).to(ScalarType.Float32) * position.clamp(0, 1).sqrt());
        var needles = Min((half - s.X.abs()) * 0.75, 0.63 - s.Y, s.Y + 0.97);
        var trunk = Sdf.Box(s.X, s.Y, 0, 0.75, 0.11, 0.22);
        Varied.Rim(s, Max(needles, trunk), 0.07);
        s.Fill(trunk, s.Between((0.35, 0.2, 0.1), (0.55, 0.38, 0.25)));
        var green = s.Between((0.05, 0.25, 0.15), (0.2, 0.55, 0.25));
        s.Fill(needles, green);
        s.Paint(s.Mask(needles) * s.Mask(0.2 - (position - tier)) * tier.clamp_max(1) * 0.7, Scene.Shade(green, 0.5));
    }

    private static void Mushroom(Scene s)
    {
        var rim = s.Draws.Uniform(-0.05, 0.12);
        var y = s.Y - rim;
        var cap = Min(Sdf.Ellipse(s.X / s.Draws.Uniform(0.75, 0.95), y, 0, 0.1, 0.95, 0.95), -y * 0.9 + 0.06 * (1 - s.X.square()));
        var thick = s.Draws.Uniform(0.16, 0.28);
        var stem = Min(thick + 0.1 * (s.Y - 0.3) - s.X.abs(), 0.93 - s.Y, s.Y + 0.1);
        Varied.Rim(s, Max(cap, stem), 0.08);
        s.Fill(stem, s.Between((0.95, 0.92, 0.85), (0.8, 0.7, 0.55)));
        var colour = s.Between((0.85, 0.12, 0.1), (0.6, 0.4, 0.22));
        s.Fill(cap, colour);
        var spots = Max(Sdf.Circle(s.X, y, 0.02, -0.55, 0.15), Sdf.Circle(s.X, y, -0.42, -0.25, 0.14), Sdf.Circle(s.X, y, 0.4, -0.28, 0.16));
        s.Paint(s.Mask(Min(spots, cap - 0.03)) * s.Draws.Chance(0.75), s.Between((0.98, 0.96, 0.9), (0.95, 0.85, 0.6)));
    }

    private static void Clover(Scene s)
    {
        var (x, y) = (s.X, s.Y + 0.18);
        var (along, across) = Varied.Sector(x, y, full([1, 1, 1], 3.0, device: s.Device), s.Draws.Bell(-Math.PI / 2, 0.3));
        across = across.abs();
        var heart = Max(0.245 - Length(along - 0.52, across - 0.2), Min((along - across * 1.15 + 0.02) * 0.65, 0.5 - along, 0.38 - across));
        var bend = s.Draws.Uniform(-0.35, 0.35);
        var stem = Min(0.07 - (x - bend * y.square()).abs(), y, 1.1 - y);
        Varied.Rim(s, Max(heart, stem), 0.06);
        var green = Green(s);
        s.Fill(stem, Scene.Shade(green, 0.75));
        s.Fill(heart, green);
        s.Paint(s.Mask(Min(0.05 - across, along - 0.12, 0.6 - along)) * 0.8, Scene.Shade(green, 0.6));
    }

    private static void Grapes(Scene s)
    {
        var radius = s.Draws.Uniform(0.2, 0.225);
        Tensor? all = null;
        var rows = new[] { 4, 3, 4, 3, 2, 1 };
        for (var row = 0; row < rows.Length; row++)
        {
            var y = s.Y - (-0.32 + 0.235 * row);
            // Folded onto one berry: the row repeats, and ends after its last one.
            var shift = rows[row] % 2 == 0 ? 0.18 : 0.0;
            var column = ((s.X - shift) / 0.36).round().clamp(-(rows[row] / 2), (rows[row] - 1) / 2);
            var berry = radius - Length(s.X - shift - column * 0.36, y);
            all = all is null ? berry : all.maximum(berry);
        }

        var stem = Sdf.Stroke(s.X, s.Y, 0.11, (0, -0.4), (0.03, -0.75), (0.25, -0.93));
        var leaf = Sdf.Ellipse(s.X, s.Y + 0.4 * s.X, -0.38, -0.8, 0.34, 0.19);
        Varied.Rim(s, Max(all!, stem, leaf), 0.05);
        s.Fill(Max(stem, leaf), Green(s));
        var colour = s.Between((0.42, 0.12, 0.5), (0.65, 0.8, 0.3));
        var depth = (all! / radius.clamp_min(0.1)).clamp(0, 1).unsqueeze(1);
        s.Fill(all!, (colour * (0.35 + 0.9 * depth)).clamp(0, 1));
    }
}
