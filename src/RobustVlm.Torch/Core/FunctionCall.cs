using RobustVlm.Torch.Interop;

namespace TorchSharp;

/// <summary>One call of a custom function: the forward pass now, the backward pass when libtorch asks for it.</summary>
internal sealed unsafe class FunctionCall(
    string name,
    object?[] arguments,
    Func<torch.autograd.AutogradContext, object[], List<torch.Tensor>> forward,
    Func<torch.autograd.AutogradContext, List<torch.Tensor?>, List<torch.Tensor?>> backward) : IBackwardFunction
{
    private readonly torch.autograd.AutogradContext _context = new();

    // The edge of each argument; -1 for those that are no tensors.
    private readonly int[] _edges = new int[arguments.Length];
    private object?[] _arguments = arguments;

    public bool FreesGradients { get; init; }

    internal List<torch.Tensor> Run()
    {
        var inputs = FindInputs();
        var recorded = torch.is_grad_enabled() && inputs.Any(input => input.requires_grad);
        var inputHandles = Operator.OptionalHandles(inputs);
        nint owner = 0;
        try
        {
            if (recorded)
            {
                owner = Begin(inputHandles, inputs.Count);
            }

            List<torch.Tensor> outputs;
            using (torch.no_grad())
            {
                outputs = forward(_context, _arguments!)   // null entries are the caller's own
                    ?? throw new InvalidOperationException($"forward of {name} returned null; return its output.");
            }

            CheckMarks(inputs, outputs);
            var results = End(owner, inputs, inputHandles, outputs);
            _context.ForgetTensors(saved: recorded);
            GC.KeepAlive(inputs);
            return results;
        }
        finally
        {
            _arguments = [];
            if (owner != 0)
            {
                _ = NativeMethods.rvt_function_release(owner);
            }
        }
    }

    torch.Tensor?[] IBackwardFunction.Apply(torch.Tensor?[] gradients, int resultCount)
    {
        var made = backward(_context, [.. gradients])
            ?? throw new InvalidOperationException($"backward of {name} returned null; return one gradient (or null) per argument.");

        // Too many are fine as long as they are null, as in PyTorch.
        var count = made.Count;
        while (count > _edges.Length && made[count - 1] is null)
        {
            count--;
        }

        if (count != _edges.Length)
        {
            throw new InvalidOperationException($"backward of {name} returned {made.Count} gradients, but forward had {_edges.Length} arguments; return one (or null) per argument.");
        }

        var results = new torch.Tensor?[resultCount];
        for (var i = 0; i < _edges.Length; i++)
        {
            if (_edges[i] >= 0)
            {
                results[_edges[i]] = made[i];
            }
            else if (made[i] is not null)
            {
                throw new InvalidOperationException($"backward of {name} returned a gradient for argument {i + 1}, which is no tensor; return null there.");
            }
        }

        return results;
    }

    void IBackwardFunction.OnNodeReleased() => _context.Attach(0, 0);

    private List<torch.Tensor> FindInputs()
    {
        var inputs = new List<torch.Tensor>();
        for (var i = 0; i < _arguments.Length; i++)
        {
            _edges[i] = -1;
            if (_arguments[i] is torch.Tensor tensor)
            {
                _edges[i] = inputs.Count;
                inputs.Add(tensor);
            }
        }

        return inputs;
    }

    private nint Begin(nint[] inputs, int count)
    {
        nint owner;
        nint node;
        var reference = NativeCallbacks.Reference(this);
        fixed (byte* text = Operator.Utf8(name))
        fixed (nint* first = inputs)
        {
            NativeError.Check(NativeMethods.rvt_function_begin(reference, text, first, count, &owner, &node));
        }

        _context.Attach(node, count);
        return owner;
    }

    private void CheckMarks(List<torch.Tensor> inputs, List<torch.Tensor> outputs)
    {
        if (_context.Dirty.Any(marked => !inputs.Any(marked.IsSameNative)))
        {
            throw new InvalidOperationException($"mark_dirty in {name} was given a tensor that is no argument; only arguments that forward changed in place belong there.");
        }

        if (_context.NonDifferentiable.Any(marked => !outputs.Any(output => output is not null && marked.IsSameNative(output))))
        {
            throw new InvalidOperationException($"mark_non_differentiable in {name} was given a tensor that is no output.");
        }
    }

    private List<torch.Tensor> End(nint owner, List<torch.Tensor> inputs, nint[] inputHandles, List<torch.Tensor> outputs)
    {
        var results = new nint[Math.Max(1, outputs.Count)];
        fixed (nint* i = inputHandles, fixedOnes = Operator.OptionalHandles(_context.NonDifferentiable), dirty = Operator.OptionalHandles(_context.Dirty))
        fixed (nint* o = Operator.OptionalHandles(outputs), saved = Operator.OptionalHandles(_context.ToSave), r = results)
        {
            NativeError.Check(NativeMethods.rvt_function_end(
                owner, i, inputs.Count, fixedOnes, _context.NonDifferentiable.Count, dirty, _context.Dirty.Count, o, outputs.Count, saved, _context.ToSave.Count, _context.MaterializeGrads ? 1 : 0, r));
        }

        // Mostly libtorch returns what it was given; then the object of forward stays the only one.
        var made = new List<torch.Tensor>(outputs.Count);
        for (var index = 0; index < outputs.Count; index++)
        {
            if (results[index] == 0)
            {
                made.Add(null!);   // forward returned null there
            }
            else if (results[index] == outputs[index].Handle)
            {
                _ = NativeMethods.rvt_tensor_release(results[index]);
                made.Add(outputs[index]);
            }
            else
            {
                made.Add(new torch.Tensor(results[index]));
            }
        }

        return made;
    }
}
