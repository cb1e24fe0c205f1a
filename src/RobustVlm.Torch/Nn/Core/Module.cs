using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// Base of everything that owns parameters, buffers or other modules. It has no <c>forward</c>; derive from
        /// <see cref="Module{T, TResult}"/> or one of its siblings for that.
        /// </summary>
        public partial class Module : IDisposable
        {
            private readonly OrderedDictionary<string, Module> _children = [];
            private readonly OrderedDictionary<string, Parameter> _ownParameters = [];
            private readonly OrderedDictionary<string, (Tensor Tensor, bool Persistent)> _ownBuffers = [];
            private readonly string _name;
            private bool _training = true;

            /// <summary>Makes an empty module in training mode.</summary>
            /// <param name="name">Name shown in messages, usually the class name.</param>
            protected Module(string name)
            {
                _name = name;
            }

            /// <summary>Whether the module is in training mode (the default), which dropout and batch norm obey.</summary>
            public virtual bool training => _training;

            /// <summary>Whether code outside sees inputs or results of this module's <c>call</c>.</summary>
            private protected virtual bool HasHooks => false;

            internal bool IsHooked => HasHooks;

            /// <summary>Sets training mode here and in all registered modules below.</summary>
            public virtual void train(bool train = true)
            {
                VerifyRegistered();
                _training = train;
                foreach (var child in _children.Values)
                {
                    child.train(train);
                }
            }

            /// <summary>Leaves training mode: dropout passes through, batch norm uses its running statistics.</summary>
            public virtual void eval() => train(false);

            /// <summary>Calls <paramref name="fn"/> on every module below, then on this one.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                ArgumentNullException.ThrowIfNull(fn);
                foreach (var child in _children.Values)
                {
                    child.apply(fn);
                }

                fn(this);
                return this;
            }

            /// <summary>Clears the gradients of all parameters.</summary>
            /// <param name="set_to_none">Drops the gradients; otherwise they are filled with zeros.</param>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    using var gradient = parameter.grad;
                    if (gradient is null)
                    {
                        continue;
                    }

                    if (set_to_none)
                    {
                        parameter.grad = null;
                    }
                    else
                    {
                        gradient.detach_().zero_();
                    }
                }
            }

            /// <summary>The name given to the constructor.</summary>
            public virtual string GetName() => _name;

            /// <summary>The module tree, one line per module with the shapes of its parameters.</summary>
            public override string ToString() => ModulePrinter.Print(this);

            /// <summary>Frees the parameters and buffers of this module and of all modules below at once.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Whether a hook in this module or below it may keep a tensor that passes through.</summary>
            private protected bool IsObserved()
            {
                if (HasHooks)
                {
                    return true;
                }

                foreach (var child in _children.Values)
                {
                    if (child.IsObserved())
                    {
                        return true;
                    }
                }

                return false;
            }

            /// <summary>Frees what the module owns.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                {
                    return;
                }

                foreach (var parameter in _ownParameters.Values)
                {
                    parameter.Dispose();
                }

                foreach (var (tensor, _) in _ownBuffers.Values)
                {
                    tensor.Dispose();
                }

                foreach (var child in _children.Values)
                {
                    child.Dispose();
                }
            }
        }
    }
}
