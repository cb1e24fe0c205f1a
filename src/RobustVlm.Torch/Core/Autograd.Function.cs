// Without annotations, as TorchSharp has it: arguments, gradients and saved tensors may be null.
#nullable disable annotations
#pragma warning disable CA1000 // static members of generic types: the caller writes MyFunction.apply(...)

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>A function with a gradient of its own. Derive from <see cref="SingleTensorFunction{T}"/> or <see cref="MultiTensorFunction{T}"/>, and call <c>apply</c>, never <c>forward</c>.</summary>
        /// <typeparam name="T">The derived class itself. One instance of it serves all calls, so it keeps nothing in fields.</typeparam>
        public abstract class Function<T>
            where T : Function<T>, new()
        {
            private static readonly T Instance = new();

            private protected Function()
            {
            }

            /// <summary>Name of the function in error messages and in the graph.</summary>
            public abstract string Name { get; }

            /// <summary>Whether <c>backward</c> keeps none of the gradients it gets and returns.</summary>
            internal virtual bool FreesGradients => false;

            /// <summary>Calls the function and records it in the graph where an argument needs a gradient.</summary>
            /// <param name="vars">Arguments; tensors among them are inputs of the graph, lists of tensors are not.</param>
            /// <returns>The outputs [...].</returns>
            public static List<Tensor> apply_internal(params object[] vars)
            {
                ArgumentNullException.ThrowIfNull(vars);
                return new FunctionCall(Instance.Name, vars, Instance.forward_internal, Instance.backward_internal) { FreesGradients = Instance.FreesGradients }.Run();
            }

            internal abstract List<Tensor> forward_internal(AutogradContext ctx, params object[] vars);

            internal abstract List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs);
        }

        /// <summary>A function with one output and a gradient of its own.</summary>
        /// <typeparam name="T">The derived class itself.</typeparam>
        public abstract class SingleTensorFunction<T> : Function<T>
            where T : SingleTensorFunction<T>, new()
        {
            /// <summary>Calls the function.</summary>
            /// <param name="vars">Arguments as <see cref="forward"/> expects them.</param>
            /// <returns>The output [...].</returns>
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            /// <summary>Computes the output; runs without recording gradients.</summary>
            /// <param name="ctx">Keeps what <see cref="backward"/> needs.</param>
            /// <param name="vars">The arguments of <c>apply</c>.</param>
            /// <returns>The output [...].</returns>
            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>Computes the gradients of the arguments.</summary>
            /// <param name="ctx">What <see cref="forward"/> kept.</param>
            /// <param name="grad_output">Gradient of the output, of its shape [...].</param>
            /// <returns>One entry per argument: its gradient, of its shape [...], or null for none.</returns>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> forward_internal(AutogradContext ctx, params object[] vars) => [forward(ctx, vars)];

            internal sealed override List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs) => backward(ctx, grad_outputs[0]);
        }

        /// <summary>A function with several outputs and a gradient of its own.</summary>
        /// <typeparam name="T">The derived class itself.</typeparam>
        public abstract class MultiTensorFunction<T> : Function<T>
            where T : MultiTensorFunction<T>, new()
        {
            /// <summary>Calls the function.</summary>
            /// <param name="vars">Arguments as <see cref="forward"/> expects them.</param>
            /// <returns>The outputs [...].</returns>
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            /// <summary>Computes the outputs; runs without recording gradients.</summary>
            /// <param name="ctx">Keeps what <see cref="backward"/> needs.</param>
            /// <param name="vars">The arguments of <c>apply</c>.</param>
            /// <returns>The outputs [...].</returns>
            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <summary>Computes the gradients of the arguments.</summary>
            /// <param name="ctx">What <see cref="forward"/> kept.</param>
            /// <param name="grad_outputs">Gradient of each output, of its shape [...].</param>
            /// <returns>One entry per argument: its gradient, of its shape [...], or null for none.</returns>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal sealed override List<Tensor> forward_internal(AutogradContext ctx, params object[] vars) => forward(ctx, vars);

            internal sealed override List<Tensor> backward_internal(AutogradContext ctx, List<Tensor> grad_outputs) => backward(ctx, grad_outputs);
        }
    }
}
