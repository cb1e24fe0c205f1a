namespace RobustVlm.Kernel.Notebooks;

/// <summary>How a run ended, as the program's exit code.</summary>
internal enum RunExitCode
{
    Ok = 0,
    CellError = 1,
    Usage = 2,
    Timeout = 3,
    KernelDied = 4,
}
