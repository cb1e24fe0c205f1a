using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Food, as in a picture book, printed in many colours.</summary>
internal sealed class Food : ClassFamily
{
    public override string Name => "food";

    public override string Title => "Food";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.55,
        LargestScale = 0.97,
        Turn = 0.45,
        Mirrored = true,
        NamesColour = false,
        NamesBackground = false,
        Templates = ["a picture of {0}.", "food: {0}.", "{0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        Dish("pizza", Pizza, "a pizza"),
        Dish("burger", Burger, "a burger", "a hamburger"),
        Dish("ice cream cone", IceCream, "an ice cream cone", "an ice cream"),
        Dish("apple", Apple, "an apple"),
        Dish("banana", Banana, "a banana"),
        Dish("fried egg", Egg, "a fried egg"),
        Dish("carrot", Carrot, "a carrot"),
        Dish("doughnut", Doughnut, "a doughnut", "a doughnut with sprinkles"),
        Dish("pretzel", Pretzel, "a pretzel"),
        Dish("watermelon slice", Watermelon, "a slice of watermelon", "a watermelon slice"),
    ];

    private static FamilyClass Dish(string name, Action<Scene> draw, params string[] phrases) =>
        new(name, scene => { draw(scene); Varied.Reprint(scene); }, phrases);

    private static Tensor Crust(Scene s) => s.Between((0.85, 0.62, 0.3), (0.6, 0.35, 0.15));

    private static void Pizza(Scene s)
    {
        var radius = Length(s.X, s.Y);
        Varied.Rim(s, 0.92 - radius, 0.06);
        s.Fill(0.92 - radius, Crust(s));
        var cheese = s.Between((0.98, 0.85, 0.4), (0.92, 0.6, 0.25));
        s.Fill(0.77 - radius, cheese);
        var turn = s.Draws.Uniform(0, 3);
        var (along, across) = Varied.Sector(s.X, s.Y, Varied.Number(s, 5, 6), turn);
        var toppings = Max(0.15 - Length(along - 0.52, across - 0.02), 0.1 - Length(along - 0.24, across));
        s.Fill(toppings, s.Between((0.75, 0.12, 0.1), (0.3, 0.4, 0.12)));
        var (u, v) = Varied.Sector(s.X, s.Y, full([1, 1, 1], 6.0, device: s.Device), turn + s.Draws.Uniform(0, 1));
        s.Paint(s.Mask(Min(0.04 - v.abs(), u, 0.92 - radius)) * s.Draws.Chance(0.7), Scene.Shade(cheese, 0.45));
    }

    private static void Burger(Scene s)
    {
        var tall = s.Draws.Uniform(0.5, 0.75);
        var top = Min((1 - Length(s.X / 0.85, (s.Y + 0.12) / tall)) * 0.6, -0.12 - s.Y);
        var bottom = Sdf.Box(s.X, s.Y, 0, 0.6, 0.82, 0.17, 0.13);
        var patty = Sdf.Box(s.X, s.Y, 0, 0.28, 0.88, 0.13, 0.12);
        var salad = 0.09 - (s.Y - 0.07 * (s.X * s.Draws.Uniform(9, 13)).sin()).abs();
        salad = Min(salad, 0.93 - s.X.abs());
        Varied.Rim(s, Max(top, bottom, patty, Sdf.Box(s.X, s.Y, 0, 0.2, 0.8, 0.32)), 0.07);
        var bun = s.Between((0.9, 0.65, 0.3), (0.65, 0.38, 0.15));
        s.Fill(Sdf.Box(s.X, s.Y, 0, 0.2, 0.8, 0.32), s.Between((0.95, 0.8, 0.25), (0.9, 0.35, 0.2)));
        s.Fill(bottom, bun);
        s.Fill(patty, s.Between((0.35, 0.18, 0.1), (0.5, 0.28, 0.15)));
        s.Fill(top, bun);
        s.Fill(salad, s.Between((0.3, 0.65, 0.2), (0.6, 0.8, 0.3)));
        var seeds = Max(Sdf.Ellipse(s.X.abs(), s.Y, 0.4, -0.33, 0.1, 0.06), Sdf.Ellipse(s.X, s.Y, 0.05, -0.46, 0.1, 0.06));
        s.Paint(s.Mask(seeds) * s.Draws.Chance(0.7), s.Rgb(0.98, 0.93, 0.75));
    }

    private static void IceCream(Scene s)
    {
        var two = s.Draws.Chance(0.5);
        var wide = s.Draws.Uniform(0.85, 1.15);
        var x = s.X / wide;
        var cone = Sdf.Polygon(x, s.Y, (-0.42, 0.0), (0.42, 0.0), (0, 0.98));
        var top = Sdf.Circle(x, s.Y + (1 - two) * 0.25, 0, -0.62, 0.36);
        var scoop = Max(Sdf.Circle(x, s.Y, 0, -0.18, 0.44), Sdf.Circle(Sdf.Repeat(x.clamp(-0.44, 0.44), 0.3), s.Y, 0, 0.03, 0.15));
        scoop = Min(scoop, 0.5 - x.abs());
        Varied.Rim(s, Max(cone, top, scoop), 0.06);
        var wafer = s.Between((0.88, 0.65, 0.35), (0.7, 0.45, 0.2));
        s.Fill(cone, wafer);
        var (u, v) = Sdf.Turned(x, s.Y, Math.PI / 4);
        var lines = 0.035 - Sdf.Repeat(u, 0.22).abs().minimum(Sdf.Repeat(v, 0.22).abs());
        s.Fill(Min(lines, cone), Scene.Shade(wafer, 0.6));
        s.Fill(top, s.Between((0.98, 0.92, 0.75), (0.4, 0.22, 0.12)));
        s.Fill(scoop, s.Between((0.95, 0.55, 0.65), (0.6, 0.85, 0.7)));
    }

    private static void Apple(Scene s)
    {
        var wide = s.Draws.Uniform(0.92, 1.12);
        var side = (s.X / wide).abs();
        var y = s.Y - 0.12;
        var taper = 1 - 0.16 * y;
        var body = Max(0.62 - Length((side / taper) - 0.24, y * 0.88), Min(0.5 - side, 0.5 - (y + 0.02).abs()));
        var stem = Sdf.Stroke(s.X, s.Y, 0.1, (0, -0.36), (0.04, -0.7), (0.14, -0.9));
        var (u, v) = Sdf.Turned(s.X - 0.36, s.Y + 0.72, -0.45);
        var leaf = (0.15 * (1 - (u / 0.3).square()) - v.abs()) * s.Draws.Uniform(0.8, 1.1);
        Varied.Rim(s, Max(body, stem, leaf), 0.07);
        s.Fill(stem, s.Rgb(0.35, 0.2, 0.1));
        s.Fill(leaf, s.Between((0.25, 0.6, 0.2), (0.5, 0.75, 0.25)));
        var skin = s.Between((0.85, 0.1, 0.12), (0.65, 0.82, 0.25));
        s.Fill(body, skin);
        s.Paint(s.Mask((1 - Length((s.X + 0.4) / 0.13, (y + 0.18) / 0.24)) * 0.13) * 0.75, s.Rgb(1, 0.97, 0.92));
        s.Paint(s.Mask(Sdf.Ellipse(s.X, s.Y, 0, -0.36, 0.2, 0.07)) * 0.6, Scene.Shade(skin, 0.5));
    }

    private static void Banana(Scene s)
    {
        var bend = s.Draws.Uniform(0.62, 0.85);
        var (x, y) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(-0.6, 0.6));
        var thick = s.Draws.Uniform(0.21, 0.28);
        var line = y - 0.42 + bend * x.square();
        var slope = (1 + (2 * bend * x).square()).sqrt();
        var half = thick * (1 - (x / 0.98).square() * (x / 0.98).square()).clamp_min(0).sqrt();
        var body = Min(half - line.abs() / slope, 0.88 - x.abs());
        var stalk = Min(0.07 - line.abs() / slope, 1.02 - x, x - 0.7);
        Varied.Rim(s, Max(body, stalk), 0.07);
        s.Fill(stalk, s.Rgb(0.4, 0.3, 0.1));
        var skin = s.Between((0.98, 0.87, 0.25), (0.75, 0.8, 0.3));
        s.Fill(body, skin);
        s.Fill(Min(body, -0.78 - x), s.Rgb(0.35, 0.25, 0.1));
        s.Paint(s.Mask(Min(0.035 - (line / slope - 0.05).abs(), 0.7 - x.abs())) * 0.8, Scene.Shade(skin, 0.6));
    }

    private static void Egg(Scene s)
    {
        var angle = s.Y.atan2(s.X);
        var edge = 0.76 + 0.1 * (2 * angle + s.Draws.Uniform(0, 6)).sin() + 0.07 * (3 * angle + s.Draws.Uniform(0, 6)).sin() + 0.05 * (5 * angle + s.Draws.Uniform(0, 6)).sin();
        var white = (edge - Length(s.X, s.Y)) * 0.9;
        Varied.Rim(s, white, 0.08);
        s.Fill(white, s.Between((0.99, 0.98, 0.95), (0.92, 0.88, 0.8)));
        var (x, y) = (s.X - s.Draws.Uniform(-0.2, 0.2), s.Y - s.Draws.Uniform(-0.2, 0.2));
        var yolk = s.Draws.Uniform(0.28, 0.38) - Length(x, y);
        s.Fill(yolk, s.Between((0.98, 0.78, 0.15), (0.95, 0.5, 0.1)));
        s.Paint(s.Mask(Sdf.Ellipse(x, y, -0.1, -0.12, 0.1, 0.07)) * 0.8, s.Rgb(1, 0.97, 0.85));
    }

    private static void Carrot(Scene s)
    {
        var (x, y) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(-0.7, 0.7));
        var thick = s.Draws.Uniform(0.24, 0.34);
        var share = ((y + 0.35) / 1.32).clamp(0, 1);
        var root = Min((thick * (1 - share * 0.9) - x.abs()) * 0.95, 0.97 - y, y + 0.35 - 0.4 * x.square());
        var side = x.abs();
        var leaves = Max(
            (1 - Length(x / 0.11, (y + 0.66) / 0.33)) * 0.11,
            Sdf.Segment(side, y, 0.05, -0.38, 0.3, -0.85, 0.17));
        Varied.Rim(s, Max(root, leaves), 0.07);
        s.Fill(leaves, s.Between((0.2, 0.5, 0.15), (0.45, 0.75, 0.25)));
        var skin = s.Between((0.95, 0.5, 0.12), (0.85, 0.38, 0.15));
        s.Fill(root, skin);
        var rings = Min(0.035 - Sdf.Repeat(y + 0.3 * x, 0.3).abs(), root - 0.02, x * s.Draws.Chance(0.5).mul_(2).sub_(1) + 0.05);
        s.Paint(s.Mask(rings) * 0.9, Scene.Shade(skin, 0.6));
    }

    private static void Doughnut(Scene s)
    {
        var y = s.Y / s.Draws.Uniform(0.75, 1);
        var (radius, angle) = (Length(s.X, y), y.atan2(s.X));
        var hole = s.Draws.Uniform(0.24, 0.34);
        var dough = Min(0.92 - radius, radius - hole);
        Varied.Rim(s, 0.92 - radius, 0.07);
        s.Fill(0.92 - radius, Crust(s));
        var waves = 0.04 * (Varied.Number(s, 6, 9) * angle + s.Draws.Uniform(0, 6)).sin();
        var icing = Min(0.79 + waves - radius, radius - hole - 0.1 - waves);
        s.Fill(icing, s.Between((0.95, 0.5, 0.7), (0.35, 0.18, 0.1)));
        var grid = new Lattice(s.X, y, 0.26, 0.26, s.Draws.Uniform());
        var (u, v) = Sdf.Turned(grid.X, grid.Y, grid.Uniform(0, 3.2));
        s.Fill(Min(Sdf.Segment(u, v, -0.05, 0, 0.05, 0, 0.075), icing - 0.03), s.Between((0.98, 0.95, 0.6), (0.5, 0.9, 0.95)));
        s.Fill(hole - radius, s.Paper);
        s.Paint(s.Mask(-dough + 0.02) * s.Mask(hole + 0.03 - radius) * s.Mask(radius - hole + 0.03), s.Rgb(0.35, 0.2, 0.1));
    }

    private static void Pretzel(Scene s)
    {
        var wide = s.Draws.Uniform(0.9, 1.1);
        var (x, y) = (s.X / wide, s.Y);
        var side = x.abs();
        var loops = Sdf.Arc(side, y, 0.42, -0.2, 0.42, -2.9, 1.5, 0.17);
        var ends = Sdf.Stroke(x, y, 0.16, (0.55, 0.2), (0.28, 0.48), (-0.12, 0.3), (-0.42, -0.5));
        var others = Sdf.Stroke(-x, y, 0.16, (0.55, 0.2), (0.28, 0.48), (-0.12, 0.3), (-0.42, -0.5));
        var bottom = Sdf.Arc(x, y, 0, -0.1, 0.8, 0.35, Math.PI - 0.35, 0.17);
        var all = Max(loops, bottom, ends, others);
        Varied.Rim(s, all, 0.045);
        var crust = s.Between((0.75, 0.45, 0.18), (0.5, 0.26, 0.1));
        s.Fill(all, crust);
        s.Fill(Min(ends, 0.15 - y), Scene.Shade(crust, 1.15));
        var grid = new Lattice(s.X, s.Y, 0.3, 0.26, s.Draws.Uniform());
        s.Paint(s.Mask(Min(0.045 - Length(grid.X, grid.Y), all - 0.03)) * s.Draws.Chance(0.5), s.Rgb(0.99, 0.97, 0.9));
    }

    private static void Watermelon(Scene s)
    {
        var (x, y) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(-0.4, 0.4));
        y = y + 0.38;
        var radius = Length(x, y / s.Draws.Uniform(0.85, 1.1));
        var slice = Min(0.95 - radius, y);
        Varied.Rim(s, slice, 0.06);
        s.Fill(slice, s.Between((0.1, 0.4, 0.15), (0.35, 0.6, 0.2)));
        s.Fill(Min(0.83 - radius, y), s.Between((0.95, 0.95, 0.85), (0.75, 0.9, 0.65)));
        var flesh = Min(0.74 - radius, y);
        s.Fill(flesh, s.Between((0.95, 0.25, 0.3), (0.95, 0.5, 0.4)));
        var (along, across) = Varied.Sector(x, y, full([1, 1, 1], 10.0, device: s.Device), s.Draws.Uniform(0, 0.6));
        var seeds = Max(Sdf.Ellipse(along, across, 0.55, 0, 0.085, 0.055), Sdf.Ellipse(along, across, 0.3, 0, 0.07, 0.045));
        s.Fill(Min(seeds, y - 0.06), s.Rgb(0.12, 0.08, 0.06));
    }
}
