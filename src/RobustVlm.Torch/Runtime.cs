using System.Runtime.CompilerServices;
using System.Text;
using RobustVlm.Torch.Interop;
using TorchSharp;
using TorchSharp.Modules;

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

    /// <summary>Threads of OpenBLAS's own pool; null where libtorch uses another BLAS.</summary>
    public static int? OpenBlasThreads
    {
        get
        {
            NativeMethods.EnsureLoaded();
            return BlasThreads.Count;
        }
    }

    /// <summary>Newest instructions oneDNN uses on this processor, as oneDNN itself tells, e.g. <c>AVX-512 with AMX</c>; null where it does not tell.</summary>
    public static string? OneDnnIsa
    {
        get
        {
            NativeMethods.EnsureLoaded();
            return OneDnn.Isa;
        }
    }

    /// <summary>Threads of one operator, at least 1; governs ATen and OpenBLAS together, on every thread from its next call on.</summary>
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
            NativeError.Check(NativeMethods.rvt_autocast((int)DeviceType.CPU, &enabled, &dtype));
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
    /// <param name="device">The CPU or CUDA.</param>
    /// <exception cref="TorchException">Another device or element type.</exception>
    public static IDisposable Autocast(bool enabled, torch.ScalarType dtype, DeviceType device = DeviceType.CPU) => new AutocastRegion(enabled, dtype, device);

    /// <summary>Whether a GPU may round the inputs of float32 products and convolutions to TensorFloat-32 (ten bits), which is faster; off unless it is asked for.</summary>
    public static bool AllowTf32
    {
        get
        {
            int allowed;
            NativeError.Check(NativeMethods.rvt_tf32(&allowed));
            return allowed != 0;
        }

        set => NativeError.Check(NativeMethods.rvt_set_tf32(value ? 1 : 0));
    }

    /// <summary>
    /// Multi-head attention of tokens among themselves (Vaswani et al. 2017, arXiv:1706.03762) in one operator: on small images several times as
    /// fast as its parts, whose batched products of small matrices run one after another. Can be differentiated twice.
    /// </summary>
    /// <param name="joined">Float32 or bfloat16 tensor [N, T, 3 D] on the CPU: queries, keys, values, each head by head.</param>
    /// <param name="heads">Number of heads; divides D.</param>
    /// <param name="mask">Float tensor, broadcast to [N, heads, T, T], added to the scores; it gets no gradient. Null hides nothing.</param>
    /// <returns>Tensor [N, T, D] of the same element type.</returns>
    /// <exception cref="TorchException">Another shape, element type or device.</exception>
    public static torch.Tensor Attention(torch.Tensor joined, int heads, torch.Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(joined);
        ThrowIfInterruptedHere();
        nint result;
        NativeError.Check(NativeMethods.rvt_attention(joined.Handle, heads, mask?.Handle ?? 0, &result));
        GC.KeepAlive(joined);
        GC.KeepAlive(mask);
        return new torch.Tensor(result);
    }

    /// <summary>
    /// A pre-norm transformer block, x + attention(norm(x)) and then x + mlp(norm(x)), in one operator that keeps what lies between in the cache: for
    /// passes that want no gradient, or only that of the tokens (attacks). Products of matrices are computed in bfloat16 inside an autocast
    /// region, sums always in float32. Weights are kept in the order in which they are read until libtorch counts a change of them. Can be differentiated twice.
    /// </summary>
    /// <param name="tokens">Float32 tensor [N, T, D] on the CPU.</param>
    /// <param name="parameters">
    /// Weight and bias of: the first norm [D], queries, keys and values [3 D, D], the projection [D, D], the second norm [D], the
    /// expansion [H, D], the contraction [D, H]. Only the bias of queries, keys and values may be null.
    /// </param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="epsilons">What the two norms add to the variance.</param>
    /// <param name="quick">Whether the nonlinearity is x sigmoid(1.702 x); otherwise it is the exact GELU.</param>
    /// <param name="mask">Float tensor, broadcast to [N, heads, T, T], added to the scores; it gets no gradient. Null hides nothing.</param>
    /// <param name="inputOnly">Whether a backward pass will want the gradient of the tokens alone; those of parameters are right, but slow.</param>
    /// <returns>Float32 tensor [N, T, D]; null where it is not for this operator: another type or device, sizes that do not fill vectors, parameters to be trained, an older processor.</returns>
    /// <exception cref="ArgumentException">There are not twelve parameters.</exception>
    public static torch.Tensor? TransformerBlock(
        torch.Tensor tokens, ReadOnlySpan<torch.Tensor?> parameters, int heads, (double First, double Second) epsilons, bool quick, torch.Tensor? mask = null, bool inputOnly = false)
    {
        const int count = 12;
        ArgumentNullException.ThrowIfNull(tokens);
        if (parameters.Length != count)
        {
            throw new ArgumentException($"A block has {count} parameters, not {parameters.Length}; give weight and bias of both norms and the four layers.", nameof(parameters));
        }

        ThrowIfInterruptedHere();
        var handles = stackalloc nint[count];
        for (var i = 0; i < count; i++)
        {
            handles[i] = parameters[i]?.Handle ?? 0;
        }

        nint result;
        NativeError.Check(NativeMethods.rvt_transformer_block(
            tokens.Handle, handles, heads, epsilons.First, epsilons.Second, quick ? 1 : 0, mask?.Handle ?? 0, inputOnly ? 1 : 0, &result));
        GC.KeepAlive(tokens);
        GC.KeepAlive(mask);
        foreach (var parameter in parameters)
        {
            GC.KeepAlive(parameter);
        }

        return result == 0 ? null : new torch.Tensor(result);
    }

    /// <summary>Lets <see cref="TransformerBlock"/> run on other loops than the best of this processor, for tests.</summary>
    /// <param name="machine">1 plain, 2 AVX2, 3 AVX-512, 4 AVX-512 BF16, 5 AMX; 0 takes the best again.</param>
    /// <returns>Whether this processor has them.</returns>
    internal static bool ForceBlockMachine(int machine)
    {
        int taken;
        NativeError.Check(NativeMethods.rvt_force_block_machine(machine, &taken));
        return taken != 0;
    }

    /// <summary>Whether something runs before or after a module's forward pass.</summary>
    /// <param name="module">The module itself; its parts are not asked.</param>
    public static bool HasHooks(torch.nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.IsHooked;
    }

    /// <summary>Whether the running backward pass wants the gradient of an argument (PyTorch's <c>needs_input_grad</c>).</summary>
    /// <param name="context">The context <c>backward</c> was given.</param>
    /// <param name="tensorIndex">Which tensor among the arguments that are tensors, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tensor.</exception>
    public static bool NeedsGradient(torch.autograd.AutogradContext context, int tensorIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.NeedsGradient(tensorIndex);
    }

    /// <summary>Asks running operators and loops to stop at their next check; thread-safe.</summary>
    public static void RequestInterrupt() => InterruptFlag.Value = true;

    /// <summary>Takes an interrupt request back.</summary>
    public static void ClearInterrupt() => InterruptFlag.Value = false;

    /// <summary>
    /// Until the returned scope ends, new layers on this thread draw no start values: their parameters hold NaN until
    /// they are loaded, so that what was forgotten is seen.
    /// </summary>
    public static IDisposable SkipInitialization() => Init.Skip();

    [ThreadStatic]
    private static int s_deferred;

    /// <summary>Lets this thread finish something that must not stop half-way, e.g. an optimiser's step, before it notices an interrupt.</summary>
    internal static DeferredInterrupts DeferInterrupts()
    {
        ThrowIfInterruptedHere();
        s_deferred++;
        return default;
    }

    /// <summary>
    /// Until the returned scope ends, operators on this thread do not notice an interrupt, even one that was requested before: for what must be
    /// done as a whole, e.g. writing down where a loop stopped.
    /// </summary>
    public static IDisposable PutOffInterrupts()
    {
        s_deferred++;
        return new PutOff();
    }

    private sealed class PutOff : IDisposable
    {
        private bool _ended;

        public void Dispose()
        {
            s_deferred -= _ended ? 0 : 1;
            _ended = true;
        }
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
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private readonly int _device;
        private readonly int _enabled;
        private readonly int _dtype;
        private bool _disposed;

        internal AutocastRegion(bool enabled, torch.ScalarType dtype, DeviceType device)
        {
            _device = (int)device;
            int oldEnabled;
            int oldDtype;
            NativeError.Check(NativeMethods.rvt_autocast(_device, &oldEnabled, &oldDtype));
            (_enabled, _dtype) = (oldEnabled, oldDtype);
            Set(enabled ? 1 : 0, (int)dtype);
            NativeError.Check(NativeMethods.rvt_autocast_nesting(1));
        }

        public void Dispose()
        {
            if (_disposed)
            {
                return;
            }

            if (Environment.CurrentManagedThreadId != _thread)
            {
                throw new InvalidOperationException("Autocast must end on the thread where it began; do not await inside it.");
            }

            _disposed = true;
            NativeError.Check(NativeMethods.rvt_autocast_nesting(-1));
            Set(_enabled, _dtype);
        }

        private void Set(int enabled, int dtype) =>
            NativeError.Check(NativeMethods.rvt_set_autocast(_device, enabled, dtype));
    }
}
