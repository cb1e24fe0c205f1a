namespace RobustVlm.Kernel.Notebooks;

/// <summary>How one cell ended.</summary>
internal enum CellOutcome
{
    Ok,
    Failed,
    TimedOut,
    KernelDied,
    Stopped,
}
