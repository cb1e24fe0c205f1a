using System.Runtime.CompilerServices;

namespace RobustVlm.Torch.Interop;

/// <summary>
/// Lets the garbage collector feel the weight of tensors. A managed tensor is a few dozen bytes, so nothing would ever
/// make the collector run while gigabytes of unreachable tensors pile up.
/// </summary>
internal static class NativeMemory
{
    private const long SmallestBudget = 256L << 20;

    private static long s_threshold = SmallestBudget;
    private static int s_collecting;

    internal static long Tensors;

    /// <summary>Called for each new tensor: collects when native memory has grown past the budget since the last time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void OnTensorCreated()
    {
        Interlocked.Increment(ref Tensors);
        if (NativeStart.LiveBytes > Volatile.Read(ref s_threshold))
        {
            Collect();
        }
    }

    // Twice what survives, so that a working set that really is large costs few collections.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect()
    {
        if (Interlocked.Exchange(ref s_collecting, 1) != 0)
        {
            return;
        }

        try
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Volatile.Write(ref s_threshold, Math.Max(SmallestBudget, NativeStart.LiveBytes * 2));
        }
        finally
        {
            Volatile.Write(ref s_collecting, 0);
        }
    }
}
