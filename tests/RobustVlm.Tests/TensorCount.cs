using RobustVlm.Engine;

namespace RobustVlm.Tests;

/// <summary>Counts tensors that are alive, after those nobody refers to any more have been collected.</summary>
internal static class TensorCount
{
    internal static long Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return MemoryInfo.Now().LiveTensors;
    }
}
