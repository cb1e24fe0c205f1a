using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Engine;

public sealed class TensorHooksTests
{
    /// <summary>The hook of this binding, and the one built for TorchSharp, which has none.</summary>
    public static TheoryData<string, Func<Tensor, Func<Tensor, Tensor?>, IDisposable>> Kinds => new()
    {
        { "binding", TensorHooks.Register },
        { "TorchSharp", GradientTap.Register },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void A_hook_on_a_result_sees_and_replaces_its_gradient(string kind, Func<Tensor, Func<Tensor, Tensor?>, IDisposable> register)
    {
        using var scope = NewDisposeScope();
        var x = tensor(3f, requires_grad: true);
        var hidden = x * 2;
        var seen = new List<float>();
        using var hook = register(hidden, g =>
        {
            seen.Add(g.ToSingle());
            return g * 100;
        });
        using var second = register(hidden, _ => null);

        hidden.square().backward();

        Assert.True(seen is [12], kind);
        Assert.Equal(2400, x.grad!.ToSingle());
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_hook_that_was_taken_off_does_nothing(string kind, Func<Tensor, Func<Tensor, Tensor?>, IDisposable> register)
    {
        using var scope = NewDisposeScope();
        var x = tensor(3f, requires_grad: true);
        var hidden = x * 2;

        register(hidden, _ => throw new InvalidOperationException(kind)).Dispose();
        hidden.square().backward();

        Assert.Equal(24, x.grad!.ToSingle());
    }

    [Fact]
    public void A_leaf_takes_a_hook()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3f, requires_grad: true);
        using var hook = TensorHooks.Register(x, g => -g);

        (x * 2).backward();

        Assert.Equal(-2, x.grad!.ToSingle());
    }

    [Fact]
    public void The_replacement_for_torchsharp_says_that_it_cannot_take_a_leaf()
    {
        using var x = tensor(3f, requires_grad: true);

        Assert.Contains("leaf", Assert.Throws<NotSupportedException>(() => GradientTap.Register(x, g => g)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_function_is_told_which_gradients_are_wanted()
    {
        using var scope = NewDisposeScope();
        var a = tensor(3f, requires_grad: true);
        var b = tensor(4f, requires_grad: true);
        Product.Log.Clear();

        autograd.grad([Product.apply("name", a, b)], [b]);

        Assert.Equal(["False", "True"], Product.Log);
    }

    private sealed class Product : autograd.SingleTensorFunction<Product>
    {
        internal static List<string> Log { get; } = [];

        public override string Name => nameof(Product);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (a, b) = ((Tensor)vars[1], (Tensor)vars[2]);
            ctx.save_for_backward([a, b]);
            return a * b;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            Log.AddRange([$"{ctx.NeedsGradient(0)}", $"{ctx.NeedsGradient(1)}"]);
            return [null!, grad_output * saved[1], grad_output * saved[0]];
        }
    }
}
