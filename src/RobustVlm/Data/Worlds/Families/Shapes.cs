namespace RobustVlm.Data.Worlds.Families;

/// <summary>Plain filled shapes.</summary>
internal sealed class Shapes : ClassFamily
{
    public override string Name => "shapes";

    public override string Title => "Geometric shapes";

    internal override FamilyStyle Style { get; } = new()
    {
        LeastScale = 0.35,
        Turn = 0.25,
        Templates = ["a picture of {0}.", "{0}.", "a drawing of {0}."],
    };

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("circle", s => s.Fill(Sdf.Circle(s.X, s.Y, 0, 0, 0.8)), "a {colour} circle", "a {colour} disc"),
        new("square", s => s.Fill(Sdf.Box(s.X, s.Y, 0, 0, 0.75, 0.75)), "a {colour} square"),
        new("triangle", s => s.Fill(Sdf.Regular(s.X, s.Y + 0.15, 3, 1)), "a {colour} triangle"),
        new("star", s => s.Fill(Sdf.Star(s.X, s.Y, 5, 1, 0.42)), "a {colour} star", "a {colour} five pointed star"),
        new("ring", s => s.Outline(Sdf.Circle(s.X, s.Y, 0, 0, 0.65), 0.3), "a {colour} ring"),
        new("cross", s => s.Fill(SoftShapes.Max(Sdf.Box(s.X, s.Y, 0, 0, 0.9, 0.28), Sdf.Box(s.X, s.Y, 0, 0, 0.28, 0.9))), "a {colour} cross", "a {colour} plus sign"),
        new("crescent", s => s.Fill(SoftShapes.Min(Sdf.Circle(s.X, s.Y, 0, 0, 0.9), -Sdf.Circle(s.X, s.Y, 0.42, -0.1, 0.75))), "a {colour} crescent", "a {colour} crescent moon"),
        new("heart", s => s.Fill(Heart(s)), "a {colour} heart"),
        new("arrow", s => s.Fill(SoftShapes.Max(
            Sdf.Box(s.X, s.Y, -0.3, 0, 0.6, 0.2), Sdf.Polygon(s.X, s.Y, (0.9, 0), (0.1, -0.65), (0.1, 0.65)))), "an {colour} arrow", "an {colour} arrow pointing right"),
        new("hexagon", s => s.Fill(Sdf.Regular(s.X, s.Y, 6, 0.9)), "a {colour} hexagon"),
    ];

    private static TorchSharp.torch.Tensor Heart(Scene s) => SoftShapes.Max(
        Sdf.Circle(s.X, s.Y, -0.4, -0.3, 0.46),
        Sdf.Circle(s.X, s.Y, 0.4, -0.3, 0.46),
        Sdf.Polygon(s.X, s.Y, (0, 0.9), (-0.82, -0.12), (0, -0.35), (0.82, -0.12)));
}
