using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>A hook built from what TorchSharp has: an identity in place, put behind the operator that made the tensor.</summary>
internal sealed class GradientTap : IDisposable
{
    private Func<torch.Tensor, torch.Tensor?>? _hook;

    private GradientTap(Func<torch.Tensor, torch.Tensor?> hook) => _hook = hook;

    /// <summary>Puts the tap on.</summary>
    /// <param name="tensor">Tensor [...], the result of an operator.</param>
    /// <param name="hook">Gets the gradient [...] and returns another one, or null to leave it.</param>
    /// <exception cref="NotSupportedException">The tensor is a leaf.</exception>
    internal static GradientTap Register(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor?> hook)
    {
        if (tensor.is_leaf)
        {
            throw new NotSupportedException("TorchSharp cannot put a hook on a leaf such as a parameter; put it on a result, e.g. x = leaf * 1, or use the built-in binding.");
        }

        var tap = new GradientTap(hook);
        Identity.apply(tensor, tap);
        return tap;
    }

    public void Dispose() => _hook = null;

    private sealed class Identity : torch.autograd.SingleTensorFunction<Identity>
    {
        public override string Name => nameof(GradientTap);

        public override torch.Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
        {
            var tensor = (torch.Tensor)vars[0];
            ctx.mark_dirty([tensor]);
            ctx.save_data("tap", vars[1]);
            return tensor;
        }

        public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, torch.Tensor grad_output)
        {
            var tap = (GradientTap?)ctx.get_data("tap");
            return [tap?._hook?.Invoke(grad_output) ?? grad_output, null!];   // the tap itself is no tensor
        }
    }
}
