namespace RobustVlm.Benchmarks.Running;

/// <summary>The programs that are compared.</summary>
internal static class SideNames
{
    public const string Ours = "ours";
    public const string Cpp = "cpp";
    public const string Python = "python";
    public const string Tuned = "tuned";

    public static IReadOnlyList<string> All { get; } = [Ours, Cpp, Python, Tuned];
}
