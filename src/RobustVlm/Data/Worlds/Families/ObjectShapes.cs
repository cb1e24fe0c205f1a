using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Draws the things of <see cref="Objects"/>: a silhouette in the object's colour, one or two details in another.</summary>
/// <remarks>Most are symmetric; there |x| stands for x, and polygons reach beyond the axis, so that it is no edge.</remarks>
internal static class ObjectShapes
{
    internal static void Mug(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.35);
        var body = Sdf.Box(x * (1 + s.Draws.Uniform(-0.15, 0.3) * y), y, -0.22, 0.05, 0.55, 0.7, 0.1);
        s.Fill(body.maximum(Ring(x, y, 0.42, 0.05, 0.36, 0.2)));
        var detail = Detail(s);
        s.Fill(Sdf.Ellipse(x, y, -0.22, -0.55, 0.42, 0.12), detail);
        s.Fill(Sometimes(s, 0.5, Min(body, Sdf.Box(x, y - s.Draws.Uniform(-0.1, 0.3), 0, 0.1, 2, 0.13))), detail);
    }

    internal static void Bottle(Scene s)
    {
        var (x, y) = Squeezed(s, 1.3, 1.15);
        var body = Sdf.Box(x, y, 0, 0.4, 0.42, 0.58, 0.1);
        var neck = Sdf.Box(x, y, 0, -0.5, 0.16, 0.45, 0.03);
        s.Fill(Max(body, neck, Sdf.Polygon(x.abs(), y, (-0.3, -0.5), (0.16, -0.5), (0.42, -0.1), (0.42, 0.1), (-0.3, 0.1))));
        var detail = Detail(s);
        s.Fill(Sometimes(s, 0.7, Min(body, Sdf.Box(x, y - s.Draws.Uniform(-0.1, 0.1), 0, 0.42, 2, 0.24))), detail);
        s.Fill(Sdf.Box(x, y, 0, -0.9, 0.2, 0.1, 0.03), detail);
    }

    internal static void TableLamp(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.2);
        var across = x.abs();
        var shade = Sdf.Polygon(across * s.Draws.Uniform(0.9, 1.2), y, (-0.4, -0.92), (0.36, -0.92), (0.74, -0.05), (-0.4, -0.05));
        s.Fill(Sdf.Box(x, y, 0, 0.4, 0.09, 0.5).maximum(Sdf.Box(x, y, 0, 0.85, 0.46, 0.1, 0.06)), Detail(s, 0.6));
        s.Fill(Sometimes(s, 0.5, Sdf.Circle(x, y, 0, 0.45, 0.25)), Detail(s, 0.6));
        s.Fill(shade);
        s.Fill(Sometimes(s, 0.5, Min(shade, Sdf.Box(x, y, 0, -0.2, 2, 0.08))), Detail(s));
    }

    internal static void Chair(Scene s)
    {
        var (x, y) = Squeezed(s, 1.3, 1.1);
        var across = x.abs();
        var slats = Sdf.Box(x, y, 0, -0.82, 0.45, 0.13, 0.04).maximum(Sdf.Box(x, y - s.Draws.Uniform(-0.12, 0.12), 0, -0.4, 0.45, 0.08));
        var legs = Max(Sdf.Segment(across, y, 0.45, -0.85, 0.42, 0.2, 0.17), Sdf.Segment(across, y, 0.58, 0.25, 0.6, 0.92, 0.18), Sdf.Segment(across, y, 0.32, 0.3, 0.3, 0.72, 0.15));
        s.Fill(slats.maximum(legs));
        s.Fill(Sdf.Polygon(across, y, (-0.4, 0.02), (0.48, 0.02), (0.7, 0.34), (-0.4, 0.34)), s.Ink * 0.75 + s.Paper * 0.25);
    }

    internal static void Umbrella(Scene s)
    {
        var (x, y) = Squeezed(s, 1.15, 1.15);
        var across = x.abs();
        var canopy = Min(Sdf.Circle(x, y, 0, -0.02, 0.93), -y - 0.02, -Sdf.Circle(across, y, 0.62, 0.02, 0.3), -Sdf.Circle(x, y, 0, 0.02, 0.31));
        var stick = Sdf.Segment(x, y, 0, -1, 0, 0.72, 0.15).maximum(Sdf.Arc(x, y, 0.2, 0.72, 0.2, 0, Math.PI, 0.15));
        s.Fill(stick);
        s.Fill(canopy);
        s.Fill(Sometimes(s, 0.6, Min(canopy, Sdf.Ellipse(x, y, 0, -0.02, 0.31, 0.93))), Detail(s));
    }

    internal static void Hammer(Scene s)
    {
        var (x, y) = Squeezed(s, 1.1, 1.2);
        s.Fill(Sdf.Box(x, y, 0, 0.25, 0.11, 0.72, 0.06), Detail(s, 0.6));
        var claw = Sdf.Polygon(x, y, (-0.2, -0.85), (-0.55, -0.78), (-0.98, -0.38), (-0.85, -0.32), (-0.2, -0.5));
        s.Fill(Max(claw, Sdf.Box(x, y, 0.1, -0.67, 0.35, 0.17), Sdf.Box(x, y, 0.6, -0.67, 0.16, 0.24, 0.04)));
    }

    internal static void Scissors(Scene s)
    {
        var (x, y) = Squeezed(s, 1.3, 1.1);
        var across = x.abs();
        s.Fill(Sdf.Stroke(across, y, 0.19, (0.36, -0.92), (0, -0.02), (0.28, 0.42)));
        s.Fill(Ring(across, y, 0.42, 0.64, 0.25, 0.2), s.Ink * 0.8 + s.Paper * 0.2);
    }

    internal static void Key(Scene s)
    {
        var (x, y) = Squeezed(s, 1.1, 1.2);
        var teeth = Max(Sdf.Box(x, y, 0.84, 0.2, 0.09, 0.22), Sdf.Box(x, y, 0.52, 0.16, 0.09, 0.2));
        s.Fill(Max(teeth, Sdf.Box(x, y, 0.3, 0, 0.63, 0.1), Ring(x, y * s.Draws.Uniform(0.8, 1.2), -0.58, 0, 0.29, 0.22)));
    }

    internal static void Spectacles(Scene s)
    {
        var (x, y) = Squeezed(s, 1.1, 1.3);
        var across = x.abs();
        var round = s.Draws.Chance(0.5);
        var lens = Sdf.Circle(across, y, 0.5, 0.1, 0.38) * round + Sdf.Box(across, y, 0.5, 0.1, 0.38, 0.3, 0.1) * (1 - round);
        s.Paint(s.Mask(lens) * s.Draws.Uniform(0, 0.6), Detail(s, 0.4));
        s.Outline(lens, 0.17);
        s.Fill(Max(Sdf.Segment(across, y, 0, -0.02, 0.15, 0.04, 0.16), Sdf.Segment(across, y, 0.86, 0, 0.95, -0.35, 0.16)));
    }

    internal static void Envelope(Scene s)
    {
        var (x, y) = Squeezed(s, 1.1, 1.15);
        var across = x.abs();
        var body = Sdf.Box(x, y, 0, 0, 0.93, 0.66, 0.03);
        s.Fill(body);
        var (detail, fold) = (Detail(s), s.Draws.Uniform(-0.12, 0.12));
        var flap = Sdf.Segment(across, y - fold * (1 - across), 0.93, -0.66, 0, 0.12, 0.14);
        s.Fill(Min(body, flap.maximum(Sometimes(s, 0.5, Sdf.Segment(across, y, 0.93, 0.66, 0.3, 0, 0.11)))), detail);
        s.Fill(Sometimes(s, 0.35, Sdf.Circle(x, y, 0, 0.1, 0.19)), detail);
    }

    internal static void Ladder(Scene s)
    {
        var (x, y) = Squeezed(s, 1.5, 1.05);
        x = x * (1 + s.Draws.Uniform(-0.2, 0.05) * y);
        var step = Sdf.Repeat(y * s.Draws.Uniform(0.85, 1.25) + s.Draws.Uniform(0, 0.4), 0.4);
        var rungs = Min(0.08 - step.abs(), 0.9 - y.abs(), 0.45 - x.abs());
        s.Fill(rungs.maximum(Sdf.Box(x.abs(), y, 0.46, 0, 0.1, 0.98)));
    }

    internal static void Bell(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.15);
        var across = x.abs();
        var body = Sdf.Polygon(across, y, (-0.4, -0.72), (0.22, -0.72), (0.46, -0.4), (0.52, 0.2), (0.82, 0.6), (-0.4, 0.6));
        s.Fill(Max(body, Ring(x, y, 0, -0.8, 0.13, 0.12), Sdf.Circle(x, y, 0, 0.7, 0.2)));
        s.Fill(Sometimes(s, 0.7, Min(body, Sdf.Box(x, y - s.Draws.Uniform(-0.2, 0.1), 0, 0.3, 2, 0.08))), Detail(s));
    }

    internal static void Anchor(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.1);
        var across = x.abs();
        s.Fill(Max(
            Ring(x, y, 0, -0.78, 0.16, 0.14),
            Sdf.Box(x, y, 0, 0.08, 0.1, 0.72),
            Sdf.Box(x, y, 0, -0.4, 0.4, 0.09, 0.05),
            Sdf.Arc(x, y, 0, 0.12, 0.7, 0.12 * Math.PI, 0.88 * Math.PI, 0.19),
            Sdf.Polygon(across, y, (0.98, 0.48), (0.4, 0.36), (0.76, -0.05))));
    }

    internal static void Crown(Scene s)
    {
        var (x, y) = Squeezed(s, 1.1, 1.3);
        var across = x.abs();
        var body = Sdf.Polygon(across, y, (-0.3, 0.65), (0.75, 0.65), (0.9, -0.45), (0.44, 0.08), (0, -0.65), (-0.3, -1.148));
        s.Fill(Max(body, Sdf.Circle(across, y, 0.88, -0.5, 0.13), Sdf.Circle(x, y, 0, -0.74, 0.15)));
        var detail = Detail(s);
        s.Fill(Min(body, Sdf.Box(x, y, 0, 0.42, 2, 0.08)), detail);
        s.Fill(Sometimes(s, 0.6, Sdf.Circle(across, y, 0.42, 0.2, 0.1).maximum(Sdf.Circle(x, y, 0, 0.1, 0.12))), detail);
    }

    internal static void Candle(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.15);
        var body = Sdf.Box(x * s.Draws.Uniform(0.7, 1.2), y, 0, 0.35, 0.25, 0.6, 0.02);
        var holder = Sdf.Box(x, y, 0, 0.88, 0.62, 0.1, 0.06).maximum(Sometimes(s, 0.5, Ring(x, y, 0.62, 0.74, 0.18, 0.14)));
        s.Fill(Max(body, Sdf.Segment(x, y, 0, -0.5, 0, -0.2, 0.1), Sometimes(s, 0.6, holder)));

        // The flame leans and ends in a point; its rim in the object's colour shows on any background.
        var lean = (y + 0.6) * s.Draws.Uniform(-0.25, 0.25);
        var flame = Sdf.Ellipse((x + lean) * (1.35 - 0.8 * (y + 0.6)), y, 0, -0.62, 0.24, 0.36);
        s.Fill(flame);
        s.Fill(flame - 0.08, s.Between((1, 0.92, 0.45), (1, 0.6, 0.12)));
    }

    internal static void Guitar(Scene s)
    {
        var (x, y) = Squeezed(s, 1.25, 1.05);
        var body = Max(Sdf.Circle(x, y, 0, 0.52, 0.46), Sdf.Circle(x, y, 0, 0, 0.34), Sdf.Box(x, y, 0, 0.25, 0.27, 0.3));
        s.Fill(body.maximum(Sdf.Box(x, y, 0, -0.88, 0.17, 0.12, 0.03)));
        var detail = Detail(s);
        s.Fill(Sdf.Box(x, y, 0, -0.42, 0.1, 0.42), s.Ink * 0.65 + s.Paper * 0.35);
        s.Fill(Sdf.Circle(x, y, 0, 0.16, 0.17).maximum(Sdf.Box(x, y, 0, 0.62, 0.22, 0.07)), detail);
    }

    internal static void TopHat(Scene s)
    {
        var (x, y) = Squeezed(s, 1.1, 1.3);
        var crown = Sdf.Polygon(x.abs(), y, (-0.4, -0.8), (0.58, -0.8), (0.48, 0), (0.52, 0.6), (-0.4, 0.6));
        s.Fill(crown.maximum(Sdf.Box(x, y - s.Draws.Uniform(0, 0.12) * (1 - 2 * x.square()), 0, 0.55, 0.96, 0.12, 0.1)));
        s.Fill(Min(crown, Sdf.Box(x, y, 0, 0.27, 2, 0.14)), Detail(s));
    }

    internal static void Fork(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.1);
        var tines = Sdf.Box(x.abs(), y, 0.3, -0.6, 0.085, 0.38, 0.06).maximum(Sdf.Box(x, y, 0, -0.6, 0.085, 0.38, 0.06));
        s.Fill(Max(tines, Sdf.Box(x, y, 0, -0.2, 0.385, 0.16, 0.12), Sdf.Box(x * s.Draws.Uniform(0.7, 1.1), y, 0, 0.45, 0.1, 0.53, 0.08)));
    }

    internal static void Shirt(Scene s)
    {
        var (x, y) = Squeezed(s, 1.15, 1.2);
        var across = x.abs();
        var body = Sdf.Box(x, y, 0, 0.1, 0.52, 0.82, 0.04);
        var sleeve = Sdf.Polygon(across, y, (0.3, -0.72), (0.55, -0.72), (1.02, -0.15), (0.74, 0.12), (0.4, -0.2));
        s.Fill(Min(body.maximum(sleeve), -Sdf.Ellipse(x, y, 0, -0.74, 0.26, 0.24)));
        var (detail, striped) = (Detail(s), s.Draws.Chance(0.4));
        var stripes = Min(body, 0.09 - Sdf.Repeat(y, 0.4).abs(), y + 0.4);
        s.Fill(stripes - 10 * (1 - striped), detail);
        s.Fill(Sometimes(s, 0.5, Sdf.Circle(x, y, 0, 0, 0.22)) - 10 * striped, detail);
    }

    internal static void Sock(Scene s)
    {
        var (x, y) = Squeezed(s, 1.15, 1.1);
        var body = Min(Sdf.Stroke(x, y, 0.6, (-0.28, -1.2), (-0.28, 0.42), (0.5, 0.62)), y + 0.92);
        s.Fill(body);
        var detail = Detail(s);
        s.Fill(Min(body, -0.62 - y), detail);
        s.Fill(Sometimes(s, 0.7, Min(body, Sdf.Circle(x, y, 0.72, 0.65, 0.32).maximum(Sdf.Circle(x, y, -0.6, 0.68, 0.32)))), detail);
        s.Fill(Sometimes(s, 0.4, Min(body, 0.07 - Sdf.Repeat(y + 0.1, 0.3).abs(), 0.3 - y)), detail);
    }

    internal static void Padlock(Scene s)
    {
        var (x, y) = Squeezed(s, 1.2, 1.2);
        var across = x.abs();
        s.Fill(Max(Sdf.Arc(x, y, 0, -0.35, 0.42, Math.PI, 2 * Math.PI, 0.2), Sdf.Box(across, y, 0.42, -0.2, 0.1, 0.2)), s.Ink * 0.7 + s.Paper * 0.3);
        s.Fill(Sdf.Box(x, y, 0, 0.42, 0.7, 0.52, 0.1));
        s.Fill(Sdf.Circle(x, y, 0, 0.34, 0.17).maximum(Sdf.Box(x, y, 0, 0.55, 0.08, 0.2)), Detail(s));
    }

    internal static void MagnifyingGlass(Scene s)
    {
        var (x, y) = Squeezed(s, 1.15, 1.15);
        var lens = Sdf.Circle(x, y, -0.25, -0.25, 0.56);
        s.Paint(s.Mask(lens) * s.Draws.Uniform(0.2, 0.7), s.Rgb(0.85, 0.93, 1));
        s.Fill(Sdf.Segment(x, y, 0.2, 0.2, 0.85, 0.85, 0.26));
        s.Outline(lens, 0.19);
    }

    internal static void Hourglass(Scene s)
    {
        var (x, y) = Squeezed(s, 1.25, 1.1);
        var (across, along) = (x.abs(), y.abs());
        var glass = Sdf.Polygon(across, along, (-0.3, 0.9), (0.56, 0.9), (0.5, 0.55), (0.08, 0.04), (0.08, -0.3), (-0.3, -0.3));
        s.Fill(glass, Detail(s, 0.7));
        var fallen = s.Draws.Uniform(-0.2, 0.2);
        s.Fill(Min(glass - 0.06, Max(y - 0.55 - fallen - 0.5 * across, Min(y + 0.35 - fallen, -y))));
        s.Fill(Sdf.Box(x, along, 0, 0.87, 0.68, 0.11, 0.03));
    }

    internal static void LightBulb(Scene s)
    {
        var (x, y) = Squeezed(s, 1.15, 1.1);
        s.Fill(Max(Sdf.Circle(x, y, 0, -0.3, 0.62), Sdf.Polygon(x.abs(), y, (-0.3, -0.1), (0.58, -0.1), (0.28, 0.5), (-0.3, 0.5))));
        var (detail, screw) = (Detail(s), Sdf.Box(x, y, 0, 0.7, 0.28, 0.26, 0.08));
        s.Fill(screw, detail);
        s.Fill(Min(screw, 0.06 - (Sdf.Repeat(y - 0.7 + 0.15 * x, 0.24) - 0.12).abs()));
        s.Outline(Sdf.Stroke(x.abs(), y, 0, (0, -0.1), (0.16, -0.4), (0.16, 0.4)), 0.13, detail);
    }

    // Narrower or lower than drawn, at most by these factors.
    private static (Tensor X, Tensor Y) Squeezed(Scene s, double narrower, double lower) =>
        (s.X * s.Draws.Uniform(1, narrower), s.Y * s.Draws.Uniform(1, lower));

    // Between the colours of object and background, so that it is seen on the one and belongs to the other.
    private static Tensor Detail(Scene s, double most = 0.95)
    {
        var share = s.Draws.Uniform(most - 0.3, most).unsqueeze(-1);
        return s.Ink * (1 - share) + s.Paper * share;
    }

    private static Tensor Sometimes(Scene s, double probability, Tensor part) => part - 10 * (1 - s.Draws.Chance(probability));

    private static Tensor Ring(Tensor x, Tensor y, double centreX, double centreY, double radius, double width) =>
        width / 2 - Sdf.Circle(x, y, centreX, centreY, radius).abs();
}
