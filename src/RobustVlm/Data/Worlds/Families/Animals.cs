using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Animals as silhouettes with an eye and a few inner details.</summary>
internal sealed class Animals : ClassFamily
{
    public override string Name => "animals";

    public override string Title => "Animals";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.55,
        LargestScale = 0.95,
        Turn = 0.25,
        Mirrored = true,
        Templates = ["a picture of {0}.", "an animal: {0}.", "{0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("fish", Fish, "a {colour} fish"),
        new("bird", Bird, "a {colour} bird"),
        new("snail", Snail, "a {colour} snail"),
        new("butterfly", Butterfly, "a {colour} butterfly"),
        new("spider", Spider, "a {colour} spider"),
        new("snake", Snake, "a {colour} snake"),
        new("turtle", Turtle, "a {colour} turtle", "a {colour} tortoise"),
        new("cat", Cat, "a {colour} cat", "the head of a {colour} cat"),
        new("rabbit", Rabbit, "a {colour} rabbit", "a {colour} hare"),
        new("elephant", Elephant, "an {colour} elephant"),
    ];

    private static Tensor Middle(Scene s, double share) => s.Ink * (1 - share) + s.Paper * share;

    private static void Fish(Scene s)
    {
        var tall = s.Draws.Uniform(0.75, 1.3);
        var y = s.Y / tall;
        var body = Sdf.Ellipse(s.X, y, 0.12, 0, 0.75, 0.36);
        var tail = Sdf.Polygon(s.X, y, (-0.45, 0), (-0.98, -0.42), (-0.82, 0), (-0.98, 0.42));
        var fin = Sdf.Polygon(s.X, y, (0.3, -0.28), (-0.1, -0.6), (-0.3, -0.22));
        var belly = Sdf.Polygon(s.X, y, (0.1, 0.3), (-0.2, 0.58), (-0.25, 0.25));
        s.Fill(Max(tail, fin, belly), Middle(s, 0.25));
        s.Fill(body);
        var bars = 0.06 - (Sdf.Repeat(s.X + 0.25, 0.3).abs() + 0.1 * y.square());
        s.Paint(s.Mask(Min(bars, body, 0.3 - s.X)) * s.Draws.Chance(0.5), Middle(s, 0.6));
        s.Fill(Sdf.Circle(s.X, y, 0.58, -0.08, 0.095), s.Paper);
    }

    private static void Bird(Scene s)
    {
        var fat = s.Draws.Uniform(0.34, 0.46);
        var (u, v) = Sdf.Turned(s.X, s.Y - 0.02, -0.35);
        var body = (1 - Length(u / 0.58, v / fat)) * 0.4;
        var head = Sdf.Circle(s.X, s.Y, 0.42, -0.46, 0.28);
        var length = s.Draws.Uniform(0.75, 1.1);
        var (a, b) = Sdf.Turned(s.X + 0.35, s.Y - 0.15, Math.PI - 0.35);
        var tail = Min(0.1 + 0.1 * a - b.abs(), a + 0.1, length * 0.65 - a);
        var legs = Max(Sdf.Stroke(s.X, s.Y, 0.1, (-0.05, 0.3), (-0.05, 0.9), (0.12, 0.93)), Sdf.Stroke(s.X, s.Y, 0.1, (0.2, 0.3), (0.2, 0.9), (0.37, 0.93)));
        var beak = Sdf.Polygon(s.X, s.Y, (0.62, -0.6), (0.99, -0.42), (0.62, -0.34));
        s.Fill(Max(legs, beak), Middle(s, 0.3));
        s.Fill(Max(body, head, tail));
        var wing = (1 - Length((u + 0.1) / 0.38, (v + 0.03) / 0.19)) * 0.25;
        s.Paint(s.Mask(wing), Middle(s, 0.45));
        s.Fill(Sdf.Circle(s.X, s.Y, 0.5, -0.52, 0.085), s.Paper);
    }

    private static void Snail(Scene s)
    {
        var size = s.Draws.Uniform(0.5, 0.6);
        var foot = Sdf.Stroke(s.X, s.Y, 0.26, (-0.85, 0.7), (0.5, 0.7), (0.72, 0.2));
        var horns = Max(Sdf.Segment(s.X, s.Y, 0.7, 0.2, 0.55, -0.2, 0.1), Sdf.Segment(s.X, s.Y, 0.75, 0.2, 0.93, -0.18, 0.1));
        s.Fill(Max(foot, horns, Sdf.Circle(s.X, s.Y, 0.55, -0.2, 0.08), Sdf.Circle(s.X, s.Y, 0.93, -0.18, 0.08)));
        var (x, y) = (s.X + 0.2, s.Y - 0.08);
        var radius = Length(x, y);
        s.Fill(size + 0.06 - radius, s.Paper);
        s.Fill(size - radius, Middle(s, 0.12));
        var winding = Sdf.Repeat(radius - y.atan2(x) * (0.26 / (2 * Math.PI)) + s.Draws.Uniform(0, 0.1), 0.26);
        s.Fill(Min(0.045 - winding.abs(), size - 0.04 - radius), Middle(s, 0.85));
    }

    private static void Butterfly(Scene s)
    {
        var side = s.X.abs();
        var spread = s.Draws.Uniform(0.9, 1.1);
        var (u, v) = Sdf.Turned(side - 0.52 * spread, s.Y + 0.32, -0.6);
        var upper = (1 - Length(u / 0.52, v / 0.36)) * 0.4;
        var (p, q) = Sdf.Turned(side - 0.4 * spread, s.Y - 0.42, 0.7);
        var lower = (1 - Length(p / 0.42, q / s.Draws.Uniform(0.24, 0.32))) * 0.3;
        s.Fill(Max(upper, lower));
        s.Paint(s.Mask((1 - Length((u - 0.1) / 0.24, v / 0.16)) * 0.16), Middle(s, 0.7));
        s.Paint(s.Mask(Sdf.Circle(p, q, 0.06, 0, 0.12)), Middle(s, 0.6));
        s.Fill(Sdf.Segment(s.X, s.Y, 0, -0.4, 0, 0.6, 0.26), s.Paper);
        s.Fill(Max(Sdf.Segment(s.X, s.Y, 0, -0.4, 0, 0.6, 0.14), Sdf.Segment(side, s.Y, 0, -0.45, 0.25, -0.92, 0.08)));
    }

    private static void Spider(Scene s)
    {
        var side = s.X.abs();
        var y = s.Y + 0.06 * s.X.sign() * s.Draws.Uniform(-1, 1);
        var reach = s.Draws.Uniform(0.85, 1.1);
        var x = side / reach;
        var legs = Max(
            Sdf.Stroke(x, y, 0.1, (0.1, -0.2), (0.42, -0.62), (0.5, -0.98)),
            Sdf.Stroke(x, y, 0.1, (0.15, -0.12), (0.65, -0.36), (0.93, -0.5)),
            Sdf.Stroke(x, y, 0.1, (0.15, 0.0), (0.68, 0.05), (0.95, 0.35)),
            Sdf.Stroke(x, y, 0.1, (0.1, 0.05), (0.48, 0.42), (0.55, 0.95)));
        var body = Max(Sdf.Ellipse(s.X, s.Y, 0, 0.3, 0.3, 0.4), Sdf.Circle(s.X, s.Y, 0, -0.18, 0.23));
        s.Fill(Max(legs, body));
        var marks = Max(Sdf.Circle(side, s.Y, 0, 0.32, 0.12), Sdf.Circle(side, s.Y, 0.09, -0.26, 0.06));
        s.Paint(s.Mask(marks) * 0.9, Middle(s, 0.8));
    }

    private static void Snake(Scene s)
    {
        var (wave, phase) = (s.Draws.Uniform(3.6, 5.4), s.Draws.Uniform(0, 6.3));
        var height = s.Draws.Uniform(0.25, 0.42);
        var line = s.Y - height * (wave * s.X + phase).sin();
        var slope = (1 + (height * wave * (wave * s.X + phase).cos()).square()).sqrt();
        var half = 0.155 * ((s.X + 1.05) * 1.6).clamp(0, 1).sqrt();
        var body = Min(half - line.abs() / slope, 0.72 - s.X, s.X + 1);
        var headY = height * (wave * 0.72 + phase).sin();
        var y = s.Y - headY;
        var head = Sdf.Ellipse(s.X, y, 0.76, 0, 0.26, 0.2);
        s.Fill(Max(Sdf.Segment(s.X, y, 0.9, 0, 1.15, -0.08, 0.07), Sdf.Segment(s.X, y, 0.9, 0, 1.15, 0.08, 0.07)), Middle(s, 0.2));
        s.Fill(Max(body, head));
        s.Paint(s.Mask(Min(0.07 - Sdf.Repeat(s.X, 0.3).abs(), body)) * s.Draws.Chance(0.5), Middle(s, 0.6));
        s.Fill(Sdf.Circle(s.X, y, 0.82, -0.05, 0.08), s.Paper);
    }

    private static void Turtle(Scene s)
    {
        var high = s.Draws.Uniform(0.55, 0.78);
        var y = s.Y - 0.3;
        var shell = Min((1 - Length(s.X / 0.68, y / high)) * 0.55, -y);
        var legs = Max(Sdf.Segment(s.X.abs(), s.Y, 0.42, 0.3, 0.5, 0.62, 0.27), Sdf.Segment(s.X, s.Y, -0.6, 0.28, -0.95, 0.42, 0.12));
        var neck = Sdf.Segment(s.X, s.Y, 0.55, 0.25, 0.85, -0.05, 0.2);
        var head = Sdf.Ellipse(s.X, s.Y, 0.86, -0.1, 0.22, 0.17);
        s.Fill(Max(legs, neck, head), Middle(s, 0.32));
        s.Fill(Max(shell, Sdf.Segment(s.X, s.Y, -0.66, 0.3, 0.66, 0.3, 0.13)));
        var (u, v) = (Sdf.Repeat(s.X + 0.17, 0.34), s.Y + 0.02);
        s.Paint(s.Mask(Min(Sdf.Regular(u, v, 6, 0.15), shell - 0.07)), Middle(s, 0.6));
        s.Fill(Sdf.Circle(s.X, s.Y, 0.92, -0.14, 0.06), s.Paper);
    }

    private static void Cat(Scene s)
    {
        var side = s.X.abs();
        var wide = s.Draws.Uniform(0.66, 0.78);
        var head = (1 - Length(s.X / wide, (s.Y - 0.15) / 0.62)) * 0.62;
        var ears = Sdf.Polygon(side, s.Y, (0.1, -0.35), (0.62, -0.95), (0.7, 0.0));
        var whiskers = Max(Sdf.Segment(side, s.Y, 0.4, 0.35, 0.99, 0.22, 0.06), Sdf.Segment(side, s.Y, 0.4, 0.42, 0.99, 0.5, 0.06));
        s.Fill(Max(head, ears));
        s.Paint(s.Mask(Sdf.Polygon(side, s.Y, (0.3, -0.4), (0.56, -0.74), (0.6, -0.25))) * 0.8, Middle(s, 0.5));
        s.Paint(s.Mask(whiskers) * s.Mask(head), Middle(s, 0.8));
        s.Paint(s.Mask(whiskers) * (1 - s.Mask(head)), s.Ink);
        var eye = (1 - Length((side - 0.3) / 0.15, (s.Y - 0.02) / s.Draws.Uniform(0.1, 0.17))) * 0.12;
        s.Fill(eye, s.Paper);
        s.Fill(Min(0.05 - (side - 0.3).abs(), eye), s.Ink);
        s.Fill(Max(Sdf.Polygon(side, s.Y, (-0.12, 0.26), (0.12, 0.26), (0, 0.4)), Sdf.Segment(side, s.Y, 0, 0.4, 0.16, 0.52, 0.07)), s.Paper);
    }

    private static void Rabbit(Scene s)
    {
        var body = Sdf.Ellipse(s.X, s.Y, -0.2, 0.45, 0.55, 0.45);
        var head = Sdf.Ellipse(s.X, s.Y, 0.42, -0.02, 0.33, 0.27);
        var lean = s.Draws.Uniform(-0.25, 0.45);
        var (u, v) = Sdf.Turned(s.X - 0.3, s.Y + 0.2, -Math.PI / 2 - lean);
        var ears = Max((1 - Length((u - 0.38) / 0.42, (v - 0.14) / 0.12)) * 0.15, (1 - Length((u - 0.38) / 0.42, (v + 0.16) / 0.12)) * 0.15);
        var legs = Max(Sdf.Segment(s.X, s.Y, 0.25, 0.55, 0.32, 0.88, 0.18), Sdf.Segment(s.X, s.Y, -0.4, 0.86, 0.05, 0.88, 0.2));
        s.Fill(Sdf.Circle(s.X, s.Y, -0.78, 0.52, 0.19), Middle(s, 0.45));
        s.Fill(Max(body, head, ears, legs));
        s.Paint(s.Mask((1 - Length((u - 0.4) / 0.28, (v - 0.14) / 0.06)) * 0.1), Middle(s, 0.55));
        s.Fill(Sdf.Circle(s.X, s.Y, 0.52, -0.08, 0.075), s.Paper);
        s.Paint(s.Mask(Sdf.Arc(s.X, s.Y, -0.3, 0.6, 0.3, -2.4, -0.2, 0.08)), Middle(s, 0.45));
    }

    private static void Elephant(Scene s)
    {
        var body = Sdf.Ellipse(s.X, s.Y, -0.25, -0.05, 0.62, 0.5);
        var legs = Max(Sdf.Box(s.X, s.Y, -0.65, 0.55, 0.15, 0.38, 0.06), Sdf.Box(s.X, s.Y, 0.05, 0.55, 0.15, 0.38, 0.06));
        var head = Sdf.Circle(s.X, s.Y, 0.48, -0.25, 0.35);
        var reach = s.Draws.Uniform(0.0, 1);
        var swing = 0.2 * reach * (s.Y + 0.1).clamp_min(0).square();
        var trunk = Sdf.Stroke(s.X - swing, s.Y, 0.21, (0.7, -0.2), (0.84, 0.2), (0.8, 0.75));
        var tail = Sdf.Segment(s.X, s.Y, -0.85, -0.1, -0.97, 0.4, 0.09);
        s.Fill(Max(body, legs, head, trunk, tail));
        var ear = (1 - Length((s.X - 0.22) / 0.27, (s.Y + 0.18) / 0.38)) * 0.27;
        s.Fill(ear, Middle(s, 0.6));
        s.Fill(ear - 0.08, Middle(s, 0.22));
        s.Fill(Max(Sdf.Circle(s.X, s.Y, 0.62, -0.33, 0.075), Sdf.Stroke(s.X, s.Y, 0.1, (0.6, 0.04), (0.7, 0.22), (0.98, 0.2))), s.Paper);
    }
}
