using TorchSharp;

namespace RobustVlm.Torch;

/// <summary>The node that stands for a segment in the graph. Arguments: the <see cref="Replay"/>, the inputs, the leaves.</summary>
internal sealed class CheckpointFunction : torch.autograd.MultiTensorFunction<CheckpointFunction>
{
    public override string Name => "Checkpoint";

    internal override bool FreesGradients => true;

    public override List<torch.Tensor> forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var replay = (Replay)vars[0];
        var outputs = replay.Outputs;
        ctx.save_data("replay", replay);
        ctx.save_for_backward(replay.ToSave);
        ctx.mark_non_differentiable([.. outputs.Where((_, i) => replay.Fixed[i])]);
        ctx.set_materialize_grads(false);
        (replay.Outputs, replay.ToSave) = ([], []);
        return outputs;
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, List<torch.Tensor> grad_outputs)
    {
        var replay = (Replay)ctx.get_data("replay")!;   // put there by forward
        var createGraph = torch.is_grad_enabled();
        using var scope = torch.NewInnerScope();
        var (inputs, leaves, states) = replay.Split(ctx.get_saved_variables());
        using var recording = torch.enable_grad();
        var gate = new Gate();
        var given = inputs.Select(input => !input.requires_grad ? input.detach() : createGraph ? GatedInput.apply(input, gate) : input.detach().requires_grad_()).ToList();
        var outputs = replay.Run(given, states);
        if (outputs.Count != grad_outputs.Count)
        {
            throw new InvalidOperationException($"The checkpointed segment returned {grad_outputs.Count} outputs first and {outputs.Count} the second time; it must do the same both times.");
        }

        var used = Enumerable.Range(0, outputs.Count).Where(i => grad_outputs[i] is not null && outputs[i].requires_grad).ToArray();
        var targets = given.Concat(leaves).ToArray();
        var wanted = Enumerable.Range(0, targets.Length).Where(i => targets[i].requires_grad && ctx.NeedsGradient(i)).ToArray();
        var results = new torch.Tensor[targets.Length + 1];   // the first argument is no tensor
        if (used.Length > 0 && wanted.Length > 0)
        {
            gate.Closed = true;
            var found = torch.autograd.grad(
                [.. used.Select(i => outputs[i])], [.. wanted.Select(i => targets[i])], [.. used.Select(i => grad_outputs[i])], create_graph: createGraph, allow_unused: true);
            gate.Closed = false;
            for (var i = 0; i < wanted.Length; i++)
            {
                results[wanted[i] + 1] = found[i];
            }
        }

        scope.MoveToOuter(results.Where(result => result is not null));
        return [.. results];
    }

    /// <summary>Whether gradients stop at the inputs of the segment.</summary>
    private sealed class Gate
    {
        internal bool Closed { get; set; }
    }

    /// <summary>
    /// The identity between the rest of the graph and the segment. While the gradients of the segment alone are computed it lets nothing
    /// through: a parameter that is used before the segment as well must not be counted twice. Second derivatives pass.
    /// </summary>
    private sealed class GatedInput : torch.autograd.SingleTensorFunction<GatedInput>
    {
        public override string Name => "CheckpointInput";

        public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("gate", vars[1]);
            return ((torch.Tensor)vars[0]).alias();
        }

        public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output) =>
            [((Gate)ctx.get_data("gate")!).Closed ? null! : grad_output, null!];
    }
}
