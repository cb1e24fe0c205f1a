using System.Globalization;

namespace RobustVlm.Engine;

/// <summary>Counts the tensors that a piece of code made and left behind.</summary>
/// <remarks>The counters are those of the whole process: nothing else may make or free tensors meanwhile.</remarks>
public sealed class LeakCheck : IDisposable
{
    private readonly long _tensors;
    private readonly long? _bytes;
    private LeakReport? _report;

    private LeakCheck()
    {
        Collect();
        (_tensors, _bytes) = (NativeEngine.LiveTensors, NativeEngine.LiveBytes);
    }

    /// <summary>What was left behind when the check ended; ends it now if it still runs.</summary>
    public LeakReport Report => _report ??= Take();

    /// <summary>Begins to count; <see cref="Dispose"/> ends it.</summary>
    /// <returns>The running check.</returns>
    public static LeakCheck Begin() => new();

    /// <summary>Runs an action and counts what it left behind.</summary>
    /// <param name="action">The code to check.</param>
    /// <returns>The count; <see cref="LeakReport.ThrowIfAny"/> turns it into an exception.</returns>
    public static LeakReport Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var check = Begin();
        action();
        return check.Report;
    }

    /// <summary>Ends the check; throws nothing.</summary>
    public void Dispose() => _report ??= Take();

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private LeakReport Take()
    {
        var (undisposed, bytes) = (NativeEngine.LiveTensors - _tensors, NativeEngine.LiveBytes - _bytes);
        Collect();
        return new LeakReport(undisposed, bytes, NativeEngine.LiveTensors - _tensors, NativeEngine.LiveBytes - _bytes);
    }
}

/// <summary>Tensors that a piece of code made and did not free.</summary>
/// <param name="Undisposed">Tensors alive right at the end: those below, and those only the garbage collector would free. Negative when more were freed than made.</param>
/// <param name="UndisposedBytes">Their bytes; null where the engine does not count them.</param>
/// <param name="Reachable">Tensors alive even after a collection: something still refers to them.</param>
/// <param name="ReachableBytes">Their bytes; null likewise.</param>
public sealed record LeakReport(long Undisposed, long? UndisposedBytes, long Reachable, long? ReachableBytes)
{
    /// <summary>Whether nothing at all was left behind.</summary>
    public bool IsClean => Undisposed <= 0 && Reachable <= 0 && (ReachableBytes ?? 0) <= 0;

    /// <summary>Throws when something was left behind.</summary>
    /// <exception cref="InvalidOperationException">Tensors were left behind; the message counts them.</exception>
    public void ThrowIfAny()
    {
        if (!IsClean)
        {
            throw new InvalidOperationException($"{this} Dispose them, open a scope with torch.NewDisposeScope(), or move them out of it on purpose.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => IsClean
        ? "No tensor was left behind."
        : string.Create(CultureInfo.InvariantCulture, $"{Undisposed} tensors{Size(UndisposedBytes)} were not disposed; after a collection {Reachable}{Size(ReachableBytes)} are still in use.");

    private static string Size(long? bytes) => bytes is { } count ? string.Create(CultureInfo.InvariantCulture, $" ({count / 1048576.0:0.00} MiB)") : "";
}
