namespace RobustVlm.Experiments.Plots;

/// <summary>The shapes of data points, under plotly's names.</summary>
internal static class MarkerShapes
{
    private static readonly string[] s_names = ["circle", "square", "diamond", "triangle-up", "triangle-down"];

    public static int Count => s_names.Length;

    public static string Name(int shape) => s_names[shape % Count];
}
