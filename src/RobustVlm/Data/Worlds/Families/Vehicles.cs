using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Families;

/// <summary>Vehicles from the side, in the object's colour with windows and wheels.</summary>
internal sealed class Vehicles : ClassFamily
{
    public override string Name => "vehicles";

    public override string Title => "Vehicles";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.6,
        LargestScale = 0.97,
        Turn = 0.25,
        Mirrored = true,
        Templates = ["a picture of {0}.", "a vehicle: {0}.", "{0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("car", Car, "a {colour} car"),
        new("bus", Bus, "a {colour} bus"),
        new("truck", Truck, "a {colour} truck", "a {colour} lorry"),
        new("bicycle", Bicycle, "a {colour} bicycle", "a {colour} bike"),
        new("sailing boat", SailingBoat, "a {colour} sailing boat", "a {colour} sailboat"),
        new("aeroplane", Aeroplane, "an {colour} aeroplane", "a {colour} plane"),
        new("steam locomotive", Locomotive, "a {colour} steam locomotive", "a {colour} steam engine"),
        new("rocket", Rocket, "a {colour} rocket"),
        new("hot-air balloon", Balloon, "a {colour} hot-air balloon"),
        new("helicopter", Helicopter, "a {colour} helicopter"),
    ];

    private static Tensor Middle(Scene s, double share) => s.Ink * (1 - share) + s.Paper * share;

    private static void Wheel(Scene s, double x, double y, double radius)
    {
        var wheel = Sdf.Circle(s.X, s.Y, x, y, radius);
        s.Fill(wheel + 0.07, s.Paper);
        s.Fill(wheel, Middle(s, 0.15));
        s.Fill(wheel - radius * 0.55, Middle(s, 0.8));
    }

    private static void Car(Scene s)
    {
        var low = s.Draws.Uniform(0.85, 1.1);
        var y = (s.Y - 0.4) / low + 0.4;
        var roof = s.Draws.Uniform(-0.15, 0.1);
        var x = s.X - roof * (0.1 - y).clamp_min(0);
        var body = Sdf.Box(s.X, y, 0, 0.18, 0.95, 0.24, 0.14);
        var cabin = Sdf.Polygon(x, y, (-0.62, 0), (-0.38, -0.48), (0.25, -0.48), (0.58, 0));
        s.Fill(Max(body, cabin));
        s.Fill(Max(
            Sdf.Polygon(x, y, (-0.45, -0.05), (-0.29, -0.37), (-0.08, -0.37), (-0.08, -0.05)),
            Sdf.Polygon(x, y, (0.04, -0.05), (0.04, -0.37), (0.2, -0.37), (0.42, -0.05))), Middle(s, 0.8));
        Wheel(s, -0.52, 0.42, 0.22);
        Wheel(s, 0.52, 0.42, 0.22);
        s.Fill(Sdf.Circle(s.X, y, 0.86, 0.1, 0.08), Middle(s, 0.7));
    }

    private static void Bus(Scene s)
    {
        var stretch = s.Draws.Uniform(0.85, 1.2);
        var y = (s.Y - 0.5) / stretch + 0.5;
        s.Fill(Sdf.Box(s.X, y, 0, 0, 0.98, 0.52, 0.12));
        var period = s.Draws.Uniform(0.36, 0.48);
        var column = ((s.X - 0.02) / period).round();
        var windows = Min(period * 0.5 - 0.055 - (s.X - 0.02 - column * period).abs(), 0.17 - (y + 0.2).abs(), 0.86 - s.X.abs());
        s.Fill(windows, Middle(s, 0.85));
        s.Paint(s.Mask(Min(0.05 - (y - 0.16).abs(), 0.9 - s.X.abs())) * s.Draws.Chance(0.5), Middle(s, 0.5));
        Wheel(s, -0.58, 0.52, 0.2);
        Wheel(s, 0.56, 0.52, 0.2);
    }

    private static void Truck(Scene s)
    {
        var top = s.Draws.Uniform(-0.65, -0.35);
        var load = Min(0.3 - s.Y, s.Y - top, s.X + 0.98, 0.28 - s.X);
        s.Fill(load, Middle(s, 0.35));
        s.Paint(s.Mask(Min(0.04 - Sdf.Repeat(s.X + 0.35, 0.32).abs(), load - 0.06)) * s.Draws.Chance(0.4), Middle(s, 0.6));
        s.Fill(Sdf.Box(s.X, s.Y, 0, 0.35, 0.97, 0.07));
        s.Fill(Sdf.Polygon(s.X, s.Y, (0.38, 0.38), (0.38, -0.32), (0.75, -0.32), (0.97, 0.05), (0.97, 0.38)));
        s.Fill(Sdf.Polygon(s.X, s.Y, (0.52, 0.0), (0.52, -0.21), (0.7, -0.21), (0.83, 0.0)), Middle(s, 0.85));
        Wheel(s, -0.68, 0.48, 0.2);
        Wheel(s, -0.2, 0.48, 0.2);
        Wheel(s, 0.66, 0.48, 0.2);
    }

    private static void Bicycle(Scene s)
    {
        var radius = s.Draws.Uniform(0.36, 0.42);
        var wheels = 0.055 - (radius - Length(s.X.abs() - 0.56, s.Y - 0.3)).abs();
        var frame = Max(
            Sdf.Stroke(s.X, s.Y, 0.11, (-0.56, 0.3), (-0.25, -0.25), (0.38, -0.25), (-0.05, 0.3), (-0.56, 0.3)),
            Sdf.Stroke(s.X, s.Y, 0.11, (0.56, 0.3), (0.34, -0.5), (0.62, -0.56)),
            Sdf.Stroke(s.X, s.Y, 0.11, (-0.05, 0.3), (-0.32, -0.45)));
        s.Fill(Max(wheels, frame, Sdf.Segment(s.X, s.Y, -0.46, -0.47, -0.16, -0.47, 0.13)));
    }

    private static void SailingBoat(Scene s)
    {
        var (main, jib) = (s.Draws.Uniform(0.85, 1.15), s.Draws.Uniform(0.75, 1.1));
        s.Fill(Sdf.Polygon(s.X, s.Y, (-0.85, 0.5), (0.9, 0.5), (0.6, 0.88), (-0.6, 0.88)));
        s.Fill(Sdf.Segment(s.X, s.Y, 0, -0.95, 0, 0.5, 0.08));
        s.Fill(Sdf.Polygon(s.X / main, s.Y, (-0.07, -0.9), (-0.07, 0.36), (-0.75, 0.36)), Middle(s, 0.25));
        s.Fill(Sdf.Polygon(s.X / jib, s.Y, (0.08, -0.7), (0.08, 0.36), (0.7, 0.36)), Middle(s, 0.45));
        s.Paint(s.Mask(Min(0.05 - (s.Y - 0.93 - 0.05 * (s.X * 9).sin()).abs(), 0.98 - s.X.abs())) * s.Draws.Chance(0.5), Middle(s, 0.5));
    }

    private static void Aeroplane(Scene s)
    {
        // From above, nose in any upward direction.
        var (x, y) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(-0.7, 0.7));
        var side = x.abs();
        var sweep = s.Draws.Uniform(0.1, 0.55);
        var swept = y - sweep * side;
        var body = Sdf.Ellipse(x, y, 0, 0, 0.15, 0.97);
        var wings = Min(0.17 - 0.09 * side - (swept + 0.08).abs(), 0.95 - side);
        var tail = Min(0.1 - (swept - 0.75).abs(), 0.4 - side);
        var engines = Sdf.Segment(side, swept, 0.48, -0.3, 0.48, 0.0, 0.14);
        s.Fill(Max(body, wings, tail, engines));
        s.Paint(s.Mask(Sdf.Ellipse(x, y, 0, -0.72, 0.07, 0.12)), Middle(s, 0.8));
        s.Paint(s.Mask(Min(body - 0.05, 0.4 - y.abs())) * 0.5 * s.Draws.Chance(0.6), Middle(s, 0.8));
    }

    private static void Locomotive(Scene s)
    {
        var tall = s.Draws.Uniform(0, 0.16);
        s.Fill(Sdf.Box(s.X, s.Y, 0.2, 0.0, 0.7, 0.26, 0.08));
        s.Fill(Max(Sdf.Box(s.X, s.Y, -0.62, -0.15, 0.32, 0.45), Sdf.Box(s.X, s.Y, -0.62, -0.62, 0.4, 0.08)));
        s.Fill(Sdf.Box(s.X, s.Y, -0.62, -0.28, 0.16, 0.15), Middle(s, 0.85));
        var chimney = Min(0.11 + 0.3 * (-0.45 - s.Y).clamp_min(0) - (s.X - 0.62).abs(), -0.2 - s.Y, s.Y + 0.6 + tall);
        s.Fill(Max(chimney, Sdf.Circle(s.X, s.Y, 0.12, -0.26, 0.15), Sdf.Box(s.X, s.Y, 0, 0.36, 0.93, 0.08)));
        s.Fill(Sdf.Polygon(s.X, s.Y, (0.8, 0.3), (0.8, 0.68), (1.05, 0.68)));
        var smoke = Max(Sdf.Circle(s.X, s.Y + tall, 0.5, -0.78, 0.14), Sdf.Circle(s.X, s.Y + tall, 0.24, -0.88, 0.17));
        s.Paint(s.Mask(smoke) * s.Draws.Chance(0.6) * 0.8, Middle(s, 0.6));
        s.Paint(s.Mask(Min(0.04 - Sdf.Repeat(s.X - 0.2, 0.4).abs(), 0.24 - s.Y.abs(), s.X + 0.2, 0.85 - s.X)), Middle(s, 0.55));
        Wheel(s, -0.62, 0.45, 0.25);
        Wheel(s, -0.05, 0.45, 0.25);
        Wheel(s, 0.52, 0.5, 0.2);
    }

    private static void Rocket(Scene s)
    {
        var fat = s.Draws.Uniform(0.26, 0.36);
        var (x, y) = Sdf.Turned(s.X, s.Y, s.Draws.Uniform(-0.6, 0.6));
        var side = x.abs();
        var flame = Min(0.2 - (y - 0.6) * 0.5 - side, y - 0.5, 0.92 + 0.1 * (x * 20).sin() - y);
        s.Fill(flame, Middle(s, 0.55));
        var body = Min(fat * (1 - ((y - 0.1) / 1.1).square()) - side, 0.58 - y) * 0.95;
        s.Fill(Max(body, Sdf.Polygon(side, y, (0.1, 0.15), (0.58, 0.5), (0.58, 0.78), (0.15, 0.55))));
        s.Fill(Min(body, -0.5 - y), Middle(s, 0.4));
        s.Fill(Sdf.Circle(x, y, 0, -0.15, 0.16), Middle(s, 0.9));
        s.Paint(s.Mask(Min(0.05 - (y - 0.35).abs(), body)) * s.Draws.Chance(0.5), Middle(s, 0.7));
    }

    private static void Balloon(Scene s)
    {
        var wide = s.Draws.Uniform(0.6, 0.72);
        var y = s.Y + 0.3;
        var lower = Min((wide * (0.96 - y * 0.86) - s.X.abs()) * 0.8, y, 0.75 - y);
        var envelope = Max((1 - Length(s.X / wide, y / 0.68)) * 0.65, lower);
        var basket = Sdf.Box(s.X, s.Y, 0, 0.84, 0.16, 0.13, 0.03);
        var ropes = Sdf.Segment(s.X.abs(), s.Y, 0.2, 0.42, 0.12, 0.78, 0.06);
        s.Fill(Max(envelope, basket, ropes));
        // Stripes follow the round of the balloon, so they narrow to its sides and meet at its ends.
        var bulge = wide * (1 - (y / 0.85).square()).clamp_min(0.05).sqrt();
        var across = (s.X / bulge).clamp(-1, 1).asin();
        var stripes = s.Mask((across * s.Draws.Uniform(4, 6) + s.Draws.Uniform(0, 6)).sin() * 0.12) * s.Mask(envelope - 0.03);
        s.Paint(stripes * s.Draws.Chance(0.85), Middle(s, 0.55));
    }

    private static void Helicopter(Scene s)
    {
        var cabin = Sdf.Ellipse(s.X, s.Y, 0.3, 0.12, 0.5, 0.36);
        var boom = Sdf.Polygon(s.X, s.Y, (0, -0.12), (-0.9, -0.14), (-0.9, 0.0), (0, 0.25));
        var fin = Sdf.Polygon(s.X, s.Y, (-0.98, -0.42), (-0.82, -0.42), (-0.72, 0.0), (-0.9, 0.0));
        var reach = s.Draws.Uniform(0.7, 0.9);
        var rotor = Max(Min(0.05 - (s.Y + 0.5).abs(), reach - (s.X - 0.2).abs()), Sdf.Box(s.X, s.Y, 0.2, -0.36, 0.05, 0.16));
        var skids = Max(Sdf.Segment(s.X, s.Y, -0.1, 0.68, 0.75, 0.68, 0.09), Sdf.Segment((s.X - 0.3).abs(), s.Y, 0.15, 0.4, 0.22, 0.68, 0.08));
        s.Fill(Max(cabin, boom, fin, rotor, skids));
        var glass = Min(cabin - 0.07, s.X - 0.36, 0.2 - s.Y);
        s.Fill(glass, Middle(s, 0.85));
        var tail = s.Draws.Uniform(0, 1.5);
        var (u, v) = Sdf.Turned(s.X + 0.9, s.Y + 0.2, tail);
        s.Fill(Min(0.05 - v.abs(), 0.22 - u.abs()));
    }
}
