using RobustVlm.Torch.Interop;

namespace TorchSharp;

/// <summary>Checks every backward pass for NaN until it is disposed; the error names the operator that made them. Counts for all threads.</summary>
public unsafe class AnomalyMode : IDisposable
{
    private readonly bool _enabled = IsEnabled;
    private readonly bool _checkNan = ShouldCheckNaN;
    private bool _disposed;

    /// <summary>Switches the check on or off.</summary>
    /// <param name="enabled">Whether the graph is watched.</param>
    /// <param name="check_nan">Whether a NaN is an error.</param>
    public AnomalyMode(bool enabled, bool check_nan = true) => Set(enabled, check_nan);

    /// <summary>Whether the graph is watched.</summary>
    public static bool IsEnabled => Read().Enabled;

    /// <summary>Whether a NaN is an error.</summary>
    public static bool ShouldCheckNaN => Read().CheckNan;

    /// <summary>Goes back to what was set before.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Goes back to what was set before.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            Set(_enabled, _checkNan);
        }
    }

    private static (bool Enabled, bool CheckNan) Read()
    {
        int enabled;
        int checkNan;
        NativeError.Check(NativeMethods.rvt_anomaly(&enabled, &checkNan));
        return (enabled != 0, checkNan != 0);
    }

    private static void Set(bool enabled, bool checkNan) => NativeError.Check(NativeMethods.rvt_set_anomaly(enabled ? 1 : 0, checkNan ? 1 : 0));
}
