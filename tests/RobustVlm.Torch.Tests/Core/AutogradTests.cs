using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

public class AutogradTests
{
    public static TheoryData<string, Func<Tensor, Tensor>> Functions => new()
    {
        { "softmax", x => x.softmax(-1).square().sum() },
        { "matmul", x => x.matmul(x.transpose(0, 1)).tanh().sum() },
        { "norm", x => x.norm() },
        { "logsumexp", x => x.logsumexp(1).sum() },
        { "index", x => (x[0] * x[1, TensorIndex.Ellipsis]).sum() },
        { "division", x => (1.0 / (x.square() + 1)).sum() },
        { "std", x => x.std(1).sum() },
        { "where", x => where(x > 0, x * 3, x * x).sum() },
    };

    [Theory, MemberData(nameof(Functions))]
    public void Gradients_equal_finite_differences(string name, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        var x = randn([3, 4], ScalarType.Float64, generator: new Generator(5)).requires_grad_();

        var gradient = autograd.grad([function(x)], [x])[0].ToArray<double>();

        const double step = 1e-6;
        using var _ = no_grad();
        var values = x.ToArray<double>();
        for (var i = 0; i < values.Length; i++)
        {
            double At(double shift)
            {
                var moved = (double[])values.Clone();
                moved[i] += shift;
                return function(tensor(moved, [3, 4])).ToDouble();
            }

            var slope = (At(step) - At(-step)) / (2 * step);
            Assert.True(Math.Abs(slope - gradient[i]) < 1e-6 * Math.Max(1, Math.Abs(slope)), $"{name}[{i}]: {gradient[i]} instead of {slope}");
        }
    }

    [Fact]
    public void Second_derivatives_work()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3.0, requires_grad: true);

        var first = autograd.grad([x.pow(3)], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x])[0];

        Assert.Equal(27, first.ToDouble(), 9);
        Assert.Equal(18, second.ToDouble(), 9);
    }

    [Fact]
    public void Backward_accumulates_and_no_grad_records_nothing()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();

        (x * 2).sum().backward();
        (x * 3).sum().backward();
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
            {
                Assert.True((x * 2).requires_grad);
            }
        }

        Assert.Equal([5, 5], x.grad!.ToArray<float>());
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void An_input_without_influence_gives_null_where_allowed()
    {
        using var scope = NewDisposeScope();
        var x = ones(1).requires_grad_();
        var unused = ones(1).requires_grad_();

        var gradients = autograd.grad([x.sum()], [x, unused], allow_unused: true);

        Assert.NotNull(gradients[0]);
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void Autocast_lowers_products_and_ends_with_its_region()
    {
        using var scope = NewDisposeScope();
        var x = rand([8, 8], generator: new Generator(1));
        using (Runtime.Autocast(true, ScalarType.BFloat16))
        {
            Assert.Equal(ScalarType.BFloat16, x.mm(x).dtype);
            using (Runtime.Autocast(false, ScalarType.BFloat16))
            {
                Assert.Equal(ScalarType.Float32, x.mm(x).dtype);
            }

            Assert.True(Runtime.IsAutocastEnabled);
        }

        Assert.False(Runtime.IsAutocastEnabled);
        Assert.Equal(ScalarType.Float32, x.mm(x).dtype);
    }
}
