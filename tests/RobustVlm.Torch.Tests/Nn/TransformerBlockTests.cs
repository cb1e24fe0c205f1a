using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>A block in one operator, on each set of instructions, beside libtorch's own operators in float64.</summary>
public sealed class TransformerBlockTests : IDisposable
{
    private const int Plain = 1, Avx2 = 2, Avx512 = 3, ShortAvx512 = 4, Amx = 5;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);

    public void Dispose()
    {
        Runtime.ForceBlockMachine(0);
        _random.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(Plain, 2, 37, 4, 16, 96, false)]
    [InlineData(Plain, 3, 5, 1, 32, 32, true)]
    [InlineData(Avx2, 3, 37, 4, 32, 256, false)]
    [InlineData(Avx2, 1, 1, 2, 16, 64, true)]
    [InlineData(Avx512, 5, 37, 4, 32, 512, false)]
    [InlineData(Avx512, 2, 65, 3, 32, 160, true)]
    [InlineData(Avx512, 1, 130, 2, 64, 512, false)]
    public void Output_and_gradient_are_those_of_the_parts(int machine, int images, int tokens, int heads, int depth, int hidden, bool quick)
    {
        if (!Runtime.ForceBlockMachine(machine))
        {
            return;
        }

        var (x, parameters, weight) = Problem(images, tokens, heads * depth, hidden);
        var output = Block(x, parameters, heads, quick)!;
        var gradient = autograd.grad([(output * weight).sum()], [x])[0];
        var (exact, exactGradient) = Exact(x, parameters, weight, heads, quick, null);
        Assert.InRange(Distance(output, exact), 0, 1e-5);
        Assert.InRange(Distance(gradient, exactGradient), 0, 2e-5);
        using var noGradient = no_grad();
        Assert.Equal(0, Distance(Block(x, parameters, heads, quick)!, output));
    }

    [Theory]
    [InlineData(ShortAvx512, 5, 37, 4, 32, 512, false)]
    [InlineData(ShortAvx512, 2, 7, 3, 32, 96, true)]
    [InlineData(Amx, 5, 37, 4, 32, 512, false)]
    [InlineData(Amx, 2, 65, 3, 32, 160, true)]
    [InlineData(Amx, 1, 3, 2, 16, 32, true)]
    public void Bfloat16_differs_by_its_rounding_alone(int machine, int images, int tokens, int heads, int depth, int hidden, bool quick)
    {
        if (!Runtime.ForceBlockMachine(machine))
        {
            return;
        }

        var (x, parameters, weight) = Problem(images, tokens, heads * depth, hidden);
        using var shortened = Runtime.Autocast(true, ScalarType.BFloat16);
        var output = Block(x, parameters, heads, quick)!;
        var gradient = autograd.grad([(output * weight).sum()], [x])[0];
        var (exact, exactGradient) = Exact(x, parameters, weight, heads, quick, null);
        Assert.InRange(Distance(output, exact), 1e-6, 0.03);
        Assert.InRange((gradient - exactGradient).square().mean().sqrt().ToDouble() / exactGradient.square().mean().sqrt().ToDouble(), 0, 0.01);
    }

    [Fact]
    public void Hidden_tokens_change_nothing_and_get_no_gradient()
    {
        var (x, parameters, weight) = Problem(2, 20, 32, 64);
        var mask = zeros([2, 1, 1, 20]);
        mask.narrow(0, 1, 1).narrow(3, 15, 5).fill_(-1e4);
        var causal = full([20, 20], -1e4).triu(1);
        foreach (var chosen in new[] { mask, causal })
        {
            var output = Block(x, parameters, 2, quick: true, chosen)!;
            var gradient = autograd.grad([(output * weight).sum()], [x])[0];
            var (exact, exactGradient) = Exact(x, parameters, weight, 2, true, chosen);
            Assert.InRange(Distance(output, exact), 0, 1e-5);
            Assert.InRange(Distance(gradient, exactGradient), 0, 2e-5);
        }

        var seen = Block(x, parameters, 2, quick: true, mask)!.select(0, 1).narrow(0, 0, 15);
        Assert.Equal(0, autograd.grad([seen.sum()], [x])[0].select(0, 1).narrow(0, 15, 5).abs().max().item<float>());
    }

    [Fact]
    public void Gradients_of_parameters_are_right_when_asked_for_all_the_same()
    {
        var (x, parameters, weight) = Problem(2, 9, 32, 64);
        var trained = parameters.Select(p => p.detach().requires_grad_()).ToArray();
        var found = autograd.grad([(Block(x, trained, 2, quick: false)! * weight).sum()], [x, .. trained]);
        var (exactX, exactParameters) = (Double(x), trained.Select(Double).ToArray());
        var expected = autograd.grad([(Parts(exactX, exactParameters, 2, false, null) * weight).sum()], [exactX, .. exactParameters]);
        Assert.All(found.Zip(expected), pair => Assert.InRange(Distance(pair.First, pair.Second), 0, 1e-4));
    }

    [Fact]
    public void The_gradient_can_be_differentiated()
    {
        var (x, parameters, _) = Problem(1, 6, 32, 64);
        var exact = Double(x);
        var doubles = parameters.Select(p => p.to(ScalarType.Float64)).ToArray();
        Assert.InRange(Distance(Second(x, y => Block(y, parameters, 2, quick: false)!), Second(exact, y => Parts(y, doubles, 2, false, null))), 0, 1e-2);

        static Tensor Second(Tensor x, Func<Tensor, Tensor> function)
        {
            var first = autograd.grad([function(x).square().sum()], [x], create_graph: true)[0];
            return autograd.grad([first.square().sum()], [x])[0];
        }
    }

    [Fact]
    public void A_changed_weight_is_seen()
    {
        var (x, parameters, _) = Problem(1, 5, 32, 64);
        using var noGradient = no_grad();
        foreach (var i in new[] { 2, 4, 8, 10 })
        {
            Block(x, parameters, 2, quick: false);
            parameters[i].mul_(2);
            Assert.InRange(Distance(Block(x, parameters, 2, quick: false)!, Parts(x.to(ScalarType.Float64), [.. parameters.Select(p => p.to(ScalarType.Float64))], 2, false, null)), 0, 5e-5);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_image_does_not_depend_on_the_others(bool brief)
    {
        var (x, parameters, _) = Problem(7, 37, 64, 96);
        using var shortened = Runtime.Autocast(brief, ScalarType.BFloat16);
        using var noGradient = no_grad();
        if (Block(x, parameters, 2, quick: false) is { } all)
        {
            Assert.Equal(0, Distance(all.narrow(0, 4, 1), Block(x.narrow(0, 4, 1), parameters, 2, quick: false)!));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_number_that_is_none_is_passed_on(bool brief)
    {
        var (x, parameters, _) = Problem(2, 7, 32, 32);
        using var shortened = Runtime.Autocast(brief, ScalarType.BFloat16);
        using var noGradient = no_grad();
        x.select(0, 1).select(0, 3).fill_(float.NaN);
        if (Block(x, parameters, 2, quick: false) is { } output)
        {
            Assert.True(output.select(0, 1).isnan().all().item<bool>());   // every token sees it
            Assert.False(output.select(0, 0).isnan().any().item<bool>());
        }
    }

    [Fact]
    public void What_it_cannot_do_is_left_to_others()
    {
        Runtime.ForceBlockMachine(Plain);
        var (x, parameters, _) = Problem(1, 4, 32, 64);
        var trained = parameters.Select(p => p.detach().requires_grad_()).ToArray();
        Assert.NotNull(Block(x, parameters, 2, quick: false));
        Assert.Null(Block(x, trained, 2, quick: false, inputOnly: false));
        Assert.Null(Block(Double(x), parameters, 2, quick: false));
        Assert.Null(Block(x, parameters, 4, quick: false));   // heads of eight numbers do not fill a vector
        Assert.Null(Block(x, parameters, 2, quick: false, zeros(4, 4).requires_grad_()));
        Assert.Null(Block(x, [.. parameters.Select((p, i) => i == 4 ? p.t() : p)], 2, quick: false));
        Assert.Null(Block(x, [.. parameters.Select((p, i) => i == 0 ? null : p)], 2, quick: false));
        Assert.NotNull(Block(x, [.. parameters.Select((p, i) => i == 3 ? null : p)], 2, quick: false));
        Assert.Contains("12 parameters", Assert.Throws<ArgumentException>(() => Block(x, parameters[1..], 2, quick: false)).Message, StringComparison.Ordinal);
        using var noGradient = no_grad();
        Assert.NotNull(Block(x, trained, 2, quick: false, inputOnly: false));
    }

    private static Tensor? Block(Tensor x, Tensor?[] parameters, int heads, bool quick, Tensor? mask = null, bool inputOnly = true) =>
        Runtime.TransformerBlock(x, parameters, heads, (1e-5, 1e-6), quick, mask, inputOnly);

    private (Tensor Tokens, Tensor[] Parameters, Tensor Weight) Problem(int images, int tokens, int width, int hidden)
    {
        Tensor Draw(params long[] shape) => randn(shape, generator: _random);
        Tensor Matrix(long rows, long columns) => Draw(rows, columns) * Math.Pow(columns, -0.5);
        Tensor[] parameters =
        [
            1 + (0.1 * Draw(width)), 0.1 * Draw(width), Matrix(3 * width, width), 0.1 * Draw(3 * width), Matrix(width, width), 0.1 * Draw(width),
            1 + (0.1 * Draw(width)), 0.1 * Draw(width), Matrix(hidden, width), 0.1 * Draw(hidden), Matrix(width, hidden), 0.1 * Draw(width),
        ];
        return (Draw(images, tokens, width).requires_grad_(), parameters, Draw(images, tokens, width));
    }

    private static Tensor Double(Tensor x) => x.detach().to(ScalarType.Float64).requires_grad_();

    private static (Tensor Output, Tensor Gradient) Exact(Tensor x, Tensor[] parameters, Tensor weight, int heads, bool quick, Tensor? mask)
    {
        using var full = Runtime.Autocast(false, ScalarType.BFloat16);
        var exact = Double(x);
        var output = Parts(exact, [.. parameters.Select(p => p.to(ScalarType.Float64))], heads, quick, mask?.to(ScalarType.Float64));
        return (output, autograd.grad([(output * weight).sum()], [exact])[0]);
    }

    private static Tensor Parts(Tensor x, Tensor[] p, int heads, bool quick, Tensor? mask)
    {
        var width = x.shape[2];
        Tensor Heads(Tensor part) => part.view(part.shape[0], part.shape[1], heads, -1).transpose(1, 2);
        var joined = nn.functional.linear(nn.functional.layer_norm(x, [width], p[0], p[1], 1e-5), p[2], p[3]).chunk(3, 2);
        var scores = Heads(joined[0]).matmul(Heads(joined[1]).transpose(-2, -1)) * Math.Pow((double)width / heads, -0.5);
        var shares = nn.functional.softmax(mask is null ? scores : scores + mask, -1);
        var middle = x + nn.functional.linear(shares.matmul(Heads(joined[2])).transpose(1, 2).reshape(x.shape), p[4], p[5]);
        var hidden = nn.functional.linear(nn.functional.layer_norm(middle, [width], p[6], p[7], 1e-6), p[8], p[9]);
        return middle + nn.functional.linear(quick ? hidden * (1.702 * hidden).sigmoid() : nn.functional.gelu(hidden), p[10], p[11]);
    }

    private static double Distance(Tensor actual, Tensor expected) => (actual.to(ScalarType.Float64) - expected.to(ScalarType.Float64)).abs().max().item<double>();
}
