using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>Whether operators record gradients on this thread.</summary>
    public static bool is_grad_enabled()
    {
        int enabled;
        NativeError.Check(NativeMethods.rvt_grad_mode(&enabled));
        return enabled != 0;
    }

    /// <summary>Switches the recording of gradients off until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    /// <summary>Switches the recording of gradients on (or off) until the result is disposed.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    /// <summary>Switches the recording of gradients on or off until the result is disposed.</summary>
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    /// <summary>Like <see cref="no_grad"/> and cheaper still; tensors made inside can never take part in gradients.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    /// <summary>Whether <see cref="inference_mode"/> is on.</summary>
    public static bool is_inference_mode_enabled()
    {
        int enabled;
        NativeError.Check(NativeMethods.rvt_inference_mode(&enabled));
        return enabled != 0;
    }

    // Both modes belong to a thread; ending one elsewhere would leave this thread changed for good and change the other.
    private abstract class ThreadMode : IDisposable
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private bool _disposed;

        public void Dispose()
        {
            if (_disposed)
            {
                return;
            }

            if (Environment.CurrentManagedThreadId != _thread)
            {
                throw new InvalidOperationException("no_grad, enable_grad and inference_mode must end on the thread where they began; do not await inside them.");
            }

            _disposed = true;
            End();
        }

        protected abstract void End();
    }

    private sealed class GradMode : ThreadMode
    {
        private readonly bool _before = is_grad_enabled();

        internal GradMode(bool enabled) => NativeError.Check(NativeMethods.rvt_set_grad_mode(enabled ? 1 : 0));

        protected override void End() => NativeError.Check(NativeMethods.rvt_set_grad_mode(_before ? 1 : 0));
    }

    private sealed class InferenceMode : ThreadMode
    {
        private readonly nint _guard;

        internal InferenceMode(bool enabled)
        {
            nint guard;
            NativeError.Check(NativeMethods.rvt_inference_mode_enter(enabled ? 1 : 0, &guard));
            _guard = guard;
        }

        protected override void End() => NativeError.Check(NativeMethods.rvt_inference_mode_exit(_guard));
    }

    /// <summary>Differentiation.</summary>
    public static partial class autograd
    {
        /// <summary>Gradients of the outputs' sum with respect to the inputs; nothing is accumulated.</summary>
        /// <param name="outputs">Tensors [...] that depend on the inputs.</param>
        /// <param name="inputs">Tensors [...] that require gradients.</param>
        /// <param name="grad_outputs">One tensor [...] per output, its weight; null for scalar outputs.</param>
        /// <param name="retain_graph">Whether the graph can be used again.</param>
        /// <param name="create_graph">Whether the result can be differentiated again.</param>
        /// <param name="allow_unused">Whether an input may have no influence; its gradient is then null.</param>
        /// <returns>One tensor per input, of the input's shape.</returns>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            CheckElements(outputs, nameof(outputs));
            CheckElements(inputs, nameof(inputs));
            var results = new nint[Math.Max(1, inputs.Count)];
            fixed (nint* o = Handles(outputs), i = Handles(inputs), g = Handles(grad_outputs), r = results)
            {
                NativeError.Check(NativeMethods.rvt_grad(
                    o, outputs.Count, i, inputs.Count, g, grad_outputs?.Count ?? 0, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, r));
            }

            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return [.. results.Take(inputs.Count).Select(handle => handle == 0 ? null! : new Tensor(handle))];   // null only where allow_unused asked for it
        }

        /// <summary>Adds the gradients of the tensors' sum to the <c>grad</c> of every leaf they depend on.</summary>
        /// <param name="tensors">Tensors [...] to differentiate.</param>
        /// <param name="grad_tensors">One tensor [...] per tensor, its weight; null for scalars.</param>
        /// <param name="retain_graph">Whether the graph can be used again; null: as <paramref name="create_graph"/>.</param>
        /// <param name="create_graph">Whether the result can be differentiated again.</param>
        /// <param name="inputs">Leaves to restrict the gradients to; null for all.</param>
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            CheckElements(tensors, nameof(tensors));
            if (inputs is not null)
            {
                CheckElements(inputs, nameof(inputs));
            }

            fixed (nint* t = Handles(tensors), g = Handles(grad_tensors), i = Handles(inputs))
            {
                NativeError.Check(NativeMethods.rvt_backward(
                    t, tensors.Count, g, grad_tensors?.Count ?? 0, (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0, i, inputs?.Count ?? 0));
            }

            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        /// <summary>Adds the gradients of one tensor's sum to the <c>grad</c> of every leaf it depends on.</summary>
        /// <param name="tensor">Tensor [...] to differentiate.</param>
        /// <param name="grad_tensors">Its weight, a list of one tensor [...]; null for a scalar.</param>
        /// <param name="retain_graph">Whether the graph can be used again; null: as <paramref name="create_graph"/>.</param>
        /// <param name="create_graph">Whether the result can be differentiated again.</param>
        /// <param name="inputs">Leaves to restrict the gradients to; null for all.</param>
        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Adds the gradients of one tensor's weighted sum to the <c>grad</c> of every leaf it depends on.</summary>
        /// <param name="tensor">Tensor [...] to differentiate.</param>
        /// <param name="grad_tensor">Its weight [...], of the same shape.</param>
        /// <param name="retain_graph">Whether the graph can be used again; null: as <paramref name="create_graph"/>.</param>
        /// <param name="create_graph">Whether the result can be differentiated again.</param>
        /// <param name="inputs">Leaves to restrict the gradients to; null for all.</param>
        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>Makes a NaN in a backward pass an error that names the operator, until the result is disposed.</summary>
        /// <param name="check_nan">Whether a NaN is an error.</param>
        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

        /// <summary>Switches the watch of <see cref="detect_anomaly"/> on or off until the result is disposed.</summary>
        /// <param name="mode">Whether the graph is watched.</param>
        /// <param name="check_nan">Whether a NaN is an error.</param>
        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);

        private static void CheckElements(IList<Tensor>? tensors, string name)
        {
            ArgumentNullException.ThrowIfNull(tensors, name);
            var missing = tensors.IndexOf(null!);   // looks for null on purpose
            if (missing >= 0)
            {
                throw new ArgumentException($"Element {missing} of the list of tensors is null.", name);
            }
        }

        private static nint[] Handles(IList<Tensor>? tensors) => tensors is null ? [0] : Operator.OptionalHandles([.. tensors]);
    }

    public unsafe partial class Tensor
    {
        /// <summary>Adds the gradients of this tensor to the <c>grad</c> of every leaf it depends on.</summary>
        /// <param name="grad_tensors">Weight [...] of this tensor; null for a scalar.</param>
        /// <param name="retain_graph">Whether the graph can be used again.</param>
        /// <param name="create_graph">Whether the result can be differentiated again.</param>
        /// <param name="inputs">Leaves to restrict the gradients to; null for all.</param>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
