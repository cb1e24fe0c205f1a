using System.Runtime.CompilerServices;
using System.Text;
using RobustVlm.Torch.Interop;
using TorchSharp;

namespace RobustVlm.Torch;

/// <summary>What PyTorch's user can set or ask about libtorch itself and TorchSharp's API has no name for.</summary>
public static unsafe class Runtime
{
    /// <summary>Shared with a notebook kernel, which publishes it before any cell runs; a box of our own otherwise.</summary>
    internal static readonly StrongBox<bool> InterruptFlag = AppContext.GetData("Notebook.Interrupted") as StrongBox<bool> ?? new StrongBox<bool>();

    /// <summary>Version of the loaded libtorch, e.g. <c>1.13.0</c>.</summary>
    public static string LibTorchVersion
    {
        get
        {
            byte* text;
            int length;
            NativeError.Check(NativeMethods.rvt_version(&text, &length));
            return Encoding.UTF8.GetString(text, length);
        }
    }

    /// <summary>How libtorch was built and what it uses: compiler, BLAS, oneDNN, instruction set, thread pools.</summary>
    public static string Configuration
    {
        get
        {
            byte* text;
            int length;
            NativeError.Check(NativeMethods.rvt_configuration(&text, &length));
            return Encoding.UTF8.GetString(text, length);
        }
    }

    /// <summary>Kernels OpenBLAS runs, e.g. <c>SkylakeX</c>; null where libtorch uses another BLAS.</summary>
    public static string? OpenBlasCore
    {
        get
        {
            NativeMethods.EnsureLoaded();
            return BlasThreads.CoreName;
        }
    }

    /// <summary>Threads of one operator, at least 1; governs ATen and OpenBLAS together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public static int Threads
    {
        get
        {
            int count;
            NativeError.Check(NativeMethods.rvt_threads(&count));
            return count;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            NativeError.Check(NativeMethods.rvt_set_threads(value));
            BlasThreads.Set(value);
        }
    }

    /// <summary>Whether this processor multiplies bfloat16 matrices in hardware (AMX or AVX-512 BF16).</summary>
    public static bool CpuHasFastBFloat16 { get; } = DetectBFloat16();

    /// <summary>Tensor objects that hold a native tensor.</summary>
    public static long LiveTensors => NativeMemory.Tensors;

    /// <summary>Bytes that tensors hold on the CPU; views count once.</summary>
    public static long LiveBytes => NativeStart.LiveBytes;

    /// <summary>Largest value of <see cref="LiveBytes"/> since the start or the last <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => NativeStart.PeakBytes;

    /// <summary>Number of CUDA devices libtorch can use; 0 for a build without CUDA.</summary>
    public static int CudaDevices
    {
        get
        {
            int count;
            NativeError.Check(NativeMethods.rvt_cuda_device_count(&count));
            return count;
        }
    }

    /// <summary>Whether autocast is on for the CPU on this thread.</summary>
    public static bool IsAutocastEnabled
    {
        get
        {
            int enabled;
            int dtype;
            NativeError.Check(NativeMethods.rvt_autocast_cpu(&enabled, &dtype));
            return enabled != 0;
        }
    }

    /// <summary>Starts counting <see cref="PeakBytes"/> anew.</summary>
    public static void ResetPeak() => NativeError.Check(NativeMethods.rvt_reset_peak());

    /// <summary>
    /// Runs matrix products and convolutions of this thread in a lower precision until the result is disposed
    /// (PyTorch's <c>torch.autocast</c>); regions nest.
    /// </summary>
    /// <param name="enabled">False switches an outer region off.</param>
    /// <param name="dtype">BFloat16 on the CPU; BFloat16 or Float16 on CUDA.</param>
    /// <param name="device">Device type; the CPU when null.</param>
    public static IDisposable Autocast(bool enabled, torch.ScalarType dtype, DeviceType device = DeviceType.CPU) => new AutocastRegion(enabled, dtype, device);

    /// <summary>Asks running operators and loops to stop at their next check; thread-safe.</summary>
    public static void RequestInterrupt() => InterruptFlag.Value = true;

    /// <summary>Takes an interrupt request back.</summary>
    public static void ClearInterrupt() => InterruptFlag.Value = false;

    [ThreadStatic]
    private static int s_deferred;

    /// <summary>Lets this thread finish something that must not stop half-way, e.g. an optimiser's step, before it notices an interrupt.</summary>
    internal static DeferredInterrupts DeferInterrupts()
    {
        ThrowIfInterruptedHere();
        s_deferred++;
        return default;
    }

    /// <summary>Throws when an interrupt was requested, except where this thread has put that off.</summary>
    internal static void ThrowIfInterruptedHere()
    {
        // The flag first: it is nearly never set, and cheaper to read than what belongs to a thread.
        if (Volatile.Read(ref InterruptFlag.Value) && s_deferred == 0)
        {
            ThrowIfInterrupted();
        }
    }

    /// <summary>Ends <see cref="DeferInterrupts"/>.</summary>
    internal readonly struct DeferredInterrupts : IDisposable
    {
        public void Dispose() => s_deferred--;
    }

    /// <summary>Throws when an interrupt was requested. The request stays until it is cleared, so that outer loops stop too.</summary>
    /// <exception cref="OperationCanceledException">An interrupt was requested.</exception>
    public static void ThrowIfInterrupted()
    {
        // Read plainly, a loop that does nothing else would never see the change.
        if (Volatile.Read(ref InterruptFlag.Value))
        {
            throw new OperationCanceledException("Interrupted. What was finished before is kept; run the cell or command again to go on.");
        }
    }

    private static bool DetectBFloat16()
    {
        const string path = "/proc/cpuinfo";
        if (!File.Exists(path))
        {
            return false;
        }

        var flags = File.ReadLines(path).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
        return flags.Contains("amx_bf16", StringComparison.Ordinal) || flags.Contains("avx512_bf16", StringComparison.Ordinal);
    }

    private sealed class AutocastRegion : IDisposable
    {
        private readonly bool _cuda;
        private readonly int _enabled;
        private readonly int _dtype;
        private bool _disposed;

        internal AutocastRegion(bool enabled, torch.ScalarType dtype, DeviceType device)
        {
            _cuda = device == DeviceType.CUDA;
            int oldEnabled;
            int oldDtype;
            NativeError.Check(_cuda ? NativeMethods.rvt_autocast_cuda(&oldEnabled, &oldDtype) : NativeMethods.rvt_autocast_cpu(&oldEnabled, &oldDtype));
            (_enabled, _dtype) = (oldEnabled, oldDtype);
            Set(enabled ? 1 : 0, (int)dtype);
            NativeError.Check(NativeMethods.rvt_autocast_nesting(1));
        }

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                NativeError.Check(NativeMethods.rvt_autocast_nesting(-1));
                Set(_enabled, _dtype);
            }
        }

        private void Set(int enabled, int dtype) =>
            NativeError.Check(_cuda ? NativeMethods.rvt_set_autocast_cuda(enabled, dtype) : NativeMethods.rvt_set_autocast_cpu(enabled, dtype));
    }
}
