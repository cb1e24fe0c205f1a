using RobustVlm.Torch.Interop;
using TorchSharp;

namespace RobustVlm.Torch;

/// <summary>Runs a piece of a network without keeping its activations; the backward pass computes them again (Chen et al. 2016, arXiv:1604.06174).</summary>
/// <remarks>
/// The leaves that the segment reaches (its parameters) are found in the graph it records, so they get their gradients like any other
/// input: nothing is accumulated behind the caller's back, and the gradients can be differentiated again.
/// </remarks>
public static unsafe class Checkpoint
{
    /// <summary>Runs the segment. Where gradients are off, or nothing needs one, it is simply called.</summary>
    /// <param name="segment">Maps the inputs to outputs, the same way each time; tensors it makes are freed, but for its outputs.</param>
    /// <param name="inputs">Every tensor [...] that needs a gradient and is no leaf; others may come through the closure.</param>
    /// <param name="generators">Generators the segment draws from, besides the default one; their state is restored for the second run.</param>
    /// <returns>The outputs [...].</returns>
    /// <exception cref="InvalidOperationException">The segment uses a tensor that needs a gradient and is not among the inputs, or changes an input in place.</exception>
    public static IReadOnlyList<torch.Tensor> Run(
        Func<IReadOnlyList<torch.Tensor>, IReadOnlyList<torch.Tensor>> segment, IReadOnlyList<torch.Tensor> inputs, IReadOnlyList<torch.Generator>? generators = null)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(inputs);
        if (!torch.is_grad_enabled())
        {
            return segment(inputs);
        }

        using var scope = torch.NewInnerScope();
        var replay = new Replay(segment, inputs, generators ?? []);
        var states = replay.States();
        ulong mark;
        NativeError.Check(NativeMethods.rvt_graph_mark(&mark));
        var before = inputs.Select(Version).ToArray();
        IReadOnlyList<torch.Tensor> recorded;
        List<torch.Tensor> given;
        using (new AutocastCacheOff())
        {
            given = [.. inputs.Select(input => input.detach().requires_grad_(input.requires_grad))];
            recorded = segment(given);
        }

        if (!before.SequenceEqual(inputs.Select(Version)))
        {
            throw new InvalidOperationException("The checkpointed segment changed one of its inputs in place, so it cannot be run again; use the operator that returns a new tensor.");
        }

        var leaves = Leaves(recorded, mark).Where(leaf => !given.Any(leaf.IsSameNative)).ToArray();
        replay.Outputs = [.. recorded.Select(output => output.detach())];
        replay.Fixed = [.. recorded.Select(output => !output.requires_grad)];
        replay.ToSave = [.. inputs, .. leaves, .. states];
        foreach (var output in recorded.Where(output => !inputs.Contains(output)))
        {
            output.Dispose();   // the graph of the first run goes before anything else is made
        }

        var results = CheckpointFunction.apply([replay, .. inputs, .. leaves]);
        scope.MoveToOuter(results);
        return results;
    }

    private static long Version(torch.Tensor tensor)
    {
        long version;
        NativeError.Check(NativeMethods.rvt_tensor_version(tensor.Handle, &version));
        GC.KeepAlive(tensor);
        return version;
    }

    private static torch.Tensor[] Leaves(IReadOnlyList<torch.Tensor> outputs, ulong mark)
    {
        nint* found;
        int count;
        int foreign;
        fixed (nint* first = Operator.Handles(outputs))
        {
            NativeError.Check(NativeMethods.rvt_graph_leaves(first, outputs.Count, mark, &found, &count, &foreign));
        }

        GC.KeepAlive(outputs);
        var leaves = new torch.Tensor[count];
        for (var i = 0; i < count; i++)
        {
            leaves[i] = new torch.Tensor(found[i]);
        }

        _ = NativeMethods.rvt_free_list(found);
        return foreign == 0 ? leaves : throw new InvalidOperationException(
            "The checkpointed segment uses a tensor that was computed outside and needs a gradient; pass it as an input instead of through the closure.");
    }
}
