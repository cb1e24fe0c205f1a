using RobustVlm.Data.Worlds;

namespace RobustVlm.Tests.Data.Worlds;

/// <summary>Two classes, drawn in one size only.</summary>
internal sealed class SmallTestFamily : ClassFamily
{
    public override string Name => "test";

    public override string Title => "Two shapes";

    public override int? NativeSize => 28;

    internal Action<Scene> First { get; init; } = s => s.Fill(Sdf.Circle(s.X, s.Y, 0, 0, 0.8));

    private protected override IReadOnlyList<FamilyClass> Define() =>
    [
        new("circle", s => First(s), "a {colour} circle"),
        new("hourglass", s => s.Fill(Sdf.Box(s.X, s.Y, 0, 0, 0.3, 0.8)), "an {colour} hourglass"),
    ];
}
