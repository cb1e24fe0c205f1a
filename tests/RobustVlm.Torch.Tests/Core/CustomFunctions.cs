using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>x to the power of an exponent that is no tensor; its backward pass is differentiable.</summary>
internal sealed class Power : autograd.SingleTensorFunction<Power>
{
    public override string Name => nameof(Power);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        var exponent = (double)vars[1];
        ctx.save_for_backward([x]);
        ctx.save_data("exponent", exponent);
        return x.pow(exponent);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var exponent = (double)ctx.get_data("exponent")!;
        return [grad_output * exponent * ctx.get_saved_variables()[0].pow(exponent - 1), null!];
    }
}

/// <summary>Sum and product of two tensors; counts how often each gradient was asked for.</summary>
internal sealed class SumAndProduct : autograd.MultiTensorFunction<SumAndProduct>
{
    internal static List<string> Log { get; } = [];

    public override string Name => nameof(SumAndProduct);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (a, b) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.set_materialize_grads((bool)vars[2]);
        ctx.save_for_backward([a, null!, b]);
        return [a + b, a * b];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var saved = ctx.get_saved_variables();
        Log.Add($"{grad_outputs[0] is null} {grad_outputs[1] is null} {saved[1] is null} {ctx.NeedsGradient(0)} {ctx.NeedsGradient(1)}");
        var sum = grad_outputs[0] ?? zeros_like(saved[0]);
        var product = grad_outputs[1] ?? zeros_like(saved[0]);
        return [sum + (product * saved[2]), sum + (product * saved[0]), null!];
    }
}

/// <summary>exp, saving its output.</summary>
internal sealed class Exponential : autograd.SingleTensorFunction<Exponential>
{
    public override string Name => nameof(Exponential);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var y = ((Tensor)vars[0]).exp();
        ctx.save_for_backward([y]);
        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output * ctx.get_saved_variables()[0]];
}

/// <summary>Doubles its argument in place.</summary>
internal sealed class DoubleInPlace : autograd.SingleTensorFunction<DoubleInPlace>
{
    public override string Name => nameof(DoubleInPlace);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.mark_dirty([x]);
        return x.mul_(2);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output * 2];
}

/// <summary>The largest element and its position, which has no gradient.</summary>
internal sealed class Largest : autograd.MultiTensorFunction<Largest>
{
    public override string Name => nameof(Largest);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        var position = x.argmax();
        ctx.save_for_backward([x, position]);
        ctx.mark_non_differentiable([position]);
        return [x.max(), position];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var saved = ctx.get_saved_variables();
        return [nn.functional.one_hot(saved[1], saved[0].shape[0]) * grad_outputs[0]];
    }
}

/// <summary>The identity, with a backward pass that is given.</summary>
internal sealed class WithBackward : autograd.SingleTensorFunction<WithBackward>
{
    public override string Name => nameof(WithBackward);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data("backward", vars[1]);
        return ((Tensor)vars[0]).clone();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        ((Func<Tensor, List<Tensor>>)ctx.get_data("backward")!)(grad_output);
}
