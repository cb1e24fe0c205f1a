namespace RobustVlm.Benchmarks.Running;

/// <summary>A side could not be started or did not answer.</summary>
internal sealed class SideException(string message) : Exception(message);
