namespace RobustVlm.Benchmarks.Figures;

/// <summary>One line of the table.</summary>
/// <param name="Name">What it is called on the command line, e.g. <c>add</c>.</param>
/// <param name="About">What is measured, in a few words.</param>
/// <param name="Unit">How the numbers are shown.</param>
/// <param name="Goal">What the number is held against.</param>
/// <param name="Prepare">Sets the work up, once per process; the result takes one sample, in the unit's base (seconds, FLOP/s, pictures/s, bytes).</param>
internal sealed record Figure(string Name, string About, Unit Unit, Goal Goal, Func<Func<double>> Prepare)
{
    /// <summary>Whether every sample needs a process of its own, e.g. a peak of memory.</summary>
    public bool Fresh { get; init; }

    /// <summary>Whether the sample is the time from starting the process to its answer.</summary>
    public bool FromStart { get; init; }

    /// <summary>Whether the Python sides need the packages of <c>--reference</c>.</summary>
    public bool NeedsReference { get; init; }

    /// <summary>What the C++ program is asked for under this figure; null where it has nothing to say.</summary>
    public string? Yardstick { get; init; }

    /// <summary>What Python as installed is asked for under this figure; null for the figure itself.</summary>
    public string? Installed { get; init; }
}
