using System.Runtime.InteropServices;
using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static partial class autograd
    {
        /// <summary>What <c>forward</c> of a custom function keeps for <c>backward</c>.</summary>
        /// <remarks>Saved tensors live natively, with the graph: they survive dispose scopes and go when the graph goes.</remarks>
        public class AutogradContext
        {
            private readonly Lock _nodeLock = new();
            private readonly Dictionary<string, object?> _data = [];
            private nint _node;
            private int _savedCount;
            private int _edgeCount;

            internal AutogradContext()
            {
            }

            /// <summary>Whether a missing gradient of an output arrives as zeros instead of null.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            internal List<Tensor?> ToSave { get; private set; } = [];

            internal List<Tensor> Dirty { get; private set; } = [];

            internal List<Tensor> NonDifferentiable { get; private set; } = [];

            /// <summary>Keeps tensors for <c>backward</c>; call it at most once, in <c>forward</c>.</summary>
            /// <param name="tensors">Inputs, outputs or other tensors [...]; null entries are kept as null.</param>
#nullable disable annotations // without them the list may be one of Tensor or of Tensor?
            public void save_for_backward(List<Tensor> tensors)
#nullable restore annotations
            {
                ArgumentNullException.ThrowIfNull(tensors);
                ToSave = [.. tensors];
            }

            /// <summary>Keeps something that is no tensor.</summary>
            public void save_data(string key, object? value) => _data[key] = value;

            /// <summary>Says which inputs <c>forward</c> changed in place.</summary>
            /// <param name="tensors">Inputs [...] that are outputs too.</param>
            public void mark_dirty(List<Tensor> tensors)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                Dirty = [.. tensors];
            }

            /// <summary>Says which outputs have no gradient.</summary>
            /// <param name="tensors">Outputs [...].</param>
            public void mark_non_differentiable(List<Tensor> tensors)
            {
                ArgumentNullException.ThrowIfNull(tensors);
                NonDifferentiable = [.. tensors];
            }

            /// <summary>Whether <c>backward</c> gets zeros (the default) or null for an output that has no gradient.</summary>
            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The tensors given to <see cref="save_for_backward"/>, in that order.</summary>
            /// <exception cref="ExternalException">One was changed in place since, or the graph was used up by an earlier pass.</exception>
#nullable disable annotations // as above
            public List<Tensor> get_saved_variables()
#nullable restore annotations
            {
                var handles = new nint[_savedCount];
                lock (_nodeLock)
                {
                    if (_node == 0 && handles.Length > 0)
                    {
                        throw new InvalidOperationException("The graph this context belongs to has been freed, and its saved tensors with it.");
                    }

                    fixed (nint* first = handles)
                    {
                        if (handles.Length > 0)
                        {
                            NativeError.Check(NativeMethods.rvt_function_saved(_node, first, handles.Length));
                        }
                    }
                }

                return [.. handles.Select(handle => handle == 0 ? null! : new Tensor(handle))];   // null where null was saved
            }

            /// <summary>What was given to <see cref="save_data"/>; null for an unknown key.</summary>
            public object? get_data(string key) => _data.GetValueOrDefault(key);

            internal void Attach(nint node, int edgeCount)
            {
                lock (_nodeLock)
                {
                    (_node, _edgeCount) = (node, edgeCount);
                }
            }

            /// <summary>The graph has its own references now; these would keep the tensors alive for as long as the graph.</summary>
            internal void ForgetTensors(bool saved)
            {
                _savedCount = saved ? ToSave.Count : 0;
                (ToSave, Dirty, NonDifferentiable) = ([], [], []);
            }

            /// <summary>Whether the running backward pass wants the gradient of one tensor argument.</summary>
            internal bool NeedsGradient(int edge)
            {
                lock (_nodeLock)
                {
                    int needed;
                    if (_node == 0)
                    {
                        return false;   // nothing was recorded, or the graph has gone
                    }

                    ArgumentOutOfRangeException.ThrowIfNegative(edge);
                    ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(edge, _edgeCount);

                    NativeError.Check(NativeMethods.rvt_function_needs_gradient(_node, edge, &needed));
                    return needed != 0;
                }
            }
        }
    }
}
