using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Changes parameters by their gradients.</summary>
        public abstract partial class Optimizer : IDisposable
        {
            /// <summary>The groups, whose learning rates may be changed at any time.</summary>
            public abstract IEnumerable<ILearningRateController> ParamGroups { get; }

            /// <summary>All parameters of all groups.</summary>
            public abstract IEnumerable<Parameter> parameters();

            /// <summary>Fills all gradients with zeros. (<c>Module.zero_grad()</c> drops them, which is faster.)</summary>
            public abstract void zero_grad();

            /// <summary>Changes all parameters that have a gradient.</summary>
            /// <param name="closure">Computes gradients and loss first; null when that was done already.</param>
            /// <returns>What the closure returned, or null.</returns>
            public abstract Tensor? step(Func<Tensor>? closure = null);

            /// <summary>Adds parameters with options of their own; those left open are the optimizer's.</summary>
            /// <exception cref="ArgumentException">The group is empty or has a parameter that is trained already.</exception>
            public abstract void add_param_group(ParamGroup param_group);

            /// <summary>Frees the optimizer's state, not the parameters.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Frees the optimizer's state.</summary>
            protected abstract void Dispose(bool disposing);
        }
    }
}
