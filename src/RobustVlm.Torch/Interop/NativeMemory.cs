using System.Runtime.CompilerServices;

namespace RobustVlm.Torch.Interop;

/// <summary>
/// Lets the garbage collector feel the weight of tensors. A managed tensor is a few dozen bytes, so nothing would ever
/// make the collector run while gigabytes of unreachable tensors pile up.
/// </summary>
internal static class NativeMemory
{
    private const long SmallestBudget = 256L << 20;

    // Often enough to notice that a large tensor has gone, rarely enough to cost nothing.
    private const int ReviewEvery = 1024;

    private static readonly long LargestGrowth = Math.Max(SmallestBudget, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    private static long s_threshold = SmallestBudget;
    private static int s_collecting;

    // One per thread, so that counting needs no atomic operations; those of threads that have ended still count.
    private static readonly List<Counter> Counters = [];

    [ThreadStatic]
    private static Counter? s_counter;

    /// <summary>Tensor objects that hold a native tensor.</summary>
    internal static long Tensors
    {
        get
        {
            lock (Counters)
            {
                return Counters.Sum(counter => Volatile.Read(ref counter.Live));
            }
        }
    }

    /// <summary>Called for each new tensor: collects when native memory has grown past the budget since the last time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void OnTensorCreated()
    {
        var counter = s_counter ?? NewCounter();
        counter.Live++;
        if (NativeStart.LiveBytes > Volatile.Read(ref s_threshold))
        {
            Collect();
        }
        else if (++counter.Made % ReviewEvery == 0)
        {
            Volatile.Write(ref s_threshold, Math.Min(Volatile.Read(ref s_threshold), Budget()));
        }
    }

    /// <summary>Called for each native tensor given up; on whichever thread, so that one thread's count may fall below zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void OnTensorFreed() => (s_counter ?? NewCounter()).Live--;

    /// <summary>Frees the tensors nobody refers to any more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Collect()
    {
        if (Interlocked.Exchange(ref s_collecting, 1) != 0)
        {
            return;
        }

        try
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _ = NativeMethods.rvt_trim_memory();
            Volatile.Write(ref s_threshold, Budget());
        }
        finally
        {
            Volatile.Write(ref s_collecting, 0);
        }
    }

    // Twice what is alive, so that a working set that really is large costs few collections; but never a large part of the machine.
    private static long Budget()
    {
        var live = NativeStart.LiveBytes;
        return Math.Max(SmallestBudget, live + Math.Min(live, LargestGrowth));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Counter NewCounter()
    {
        var counter = new Counter();
        lock (Counters)
        {
            Counters.Add(counter);
        }

        return s_counter = counter;
    }

    private sealed class Counter
    {
        internal long Live;
        internal uint Made;
    }
}
