using System.Globalization;

namespace RobustVlm.Engine;

/// <summary>How much memory is in use at one moment.</summary>
/// <param name="LiveTensors">Tensors not yet disposed.</param>
/// <param name="TensorBytes">Bytes held by tensors; null where the engine does not count them.</param>
/// <param name="PeakTensorBytes">The largest value of <paramref name="TensorBytes"/> since the start or the last <see cref="ResetPeak"/>; null likewise.</param>
/// <param name="ManagedBytes">Bytes on the .NET heap.</param>
/// <param name="ProcessBytes">Resident bytes of the whole process.</param>
public sealed record MemoryInfo(
    long LiveTensors, long? TensorBytes, long? PeakTensorBytes, long ManagedBytes, long ProcessBytes)
{
    /// <summary>Reads the counters.</summary>
    /// <returns>The state now.</returns>
    public static MemoryInfo Now() => new(
        NativeEngine.LiveTensors,
        NativeEngine.LiveBytes,
        NativeEngine.PeakBytes,
        GC.GetTotalMemory(forceFullCollection: false),
        Environment.WorkingSet);

    /// <summary>Starts counting the peak anew, from what is in use now.</summary>
    public static void ResetPeak() => NativeEngine.ResetPeak();

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{LiveTensors} tensors, {Mebibytes(TensorBytes)} (peak {Mebibytes(PeakTensorBytes)}); "
        + $".NET heap {Mebibytes(ManagedBytes)}; process {Mebibytes(ProcessBytes)}");

    private static string Mebibytes(long? bytes) => bytes is { } count
        ? string.Create(CultureInfo.InvariantCulture, $"{count / 1048576.0:0.0} MiB")
        : "not counted";
}
