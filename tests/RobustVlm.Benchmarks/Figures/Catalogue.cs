namespace RobustVlm.Benchmarks.Figures;

/// <summary>All figures, in the order of the table. A new group is a class with a list, and one line here.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Figure> All { get; } =
    [
        .. TensorFigures.All,
        .. StepFigures.All,
        .. AllocationFigures.All,
        .. KernelFigures.All,
        .. ModelFigures.All,
        .. AttackFigures.All,
        .. PmgFigures.All,
        .. WorldFigures.All,
        .. LoaderFigures.All,
        .. ProcessFigures.All,
    ];
}
