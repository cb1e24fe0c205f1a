using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>Operands on which libtorch 1.13 itself ends the process, reads foreign memory or never returns.</summary>
public class OperandCheckTests
{
    public static TheoryData<string, Action<Tensor, Tensor>> Divisions => new()
    {
        { "div trunc", (x, y) => x.div(y, RoundingMode.trunc) },
        { "div floor", (x, y) => div(x, y, RoundingMode.floor) },
        { "div_", (x, y) => x.div_(y, RoundingMode.trunc) },
        { "floor_divide", (x, y) => x.floor_divide(y) },
        { "floor_divide_", (x, y) => floor_divide_(x, y) },
        { "remainder", (x, y) => remainder(x, y) },
        { "remainder_", (x, y) => x.remainder_(y) },
        { "operator %", (x, y) => _ = x % y },
        { "fmod", (x, y) => x.fmod(y) },
        { "fmod_", (x, y) => fmod_(x, y) },
        { "div by a number", (x, _) => x.div(-1, RoundingMode.floor) },
        { "div_ by a number", (x, _) => div_(x, -1, RoundingMode.trunc) },
        { "floor_divide by a number", (x, _) => x.floor_divide(-1) },
        { "floor_divide_ by a number", (x, _) => x.floor_divide_(-1) },
        { "remainder by a number", (x, _) => remainder(x, -1) },
        { "remainder_ by a number", (x, _) => remainder_(x, -1) },
        { "fmod by a number", (x, _) => fmod(x, -1) },
        { "fmod_ by a number", (x, _) => x.fmod_(-1) },
    };

    public static TheoryData<string, Action> Addresses => new()
    {
        { "bincount", () => tensor(new[] { long.MaxValue }).bincount(null) },
        { "binomial", () => binomial(tensor(new[] { double.NaN }), tensor(new[] { 0.5 })) },
        { "binomial method", () => tensor(new[] { double.NaN }).binomial(tensor(new[] { 0.5 })) },
        { "searchsorted", () => searchsorted(arange(3.0), ones(1), sorter: full([3], 99_999_999L)) },
        { "searchsorted of a number", () => searchsorted(arange(3.0), 1.0, false, false, full([3], -1L)) },
        { "ldl_solve", () => linalg.ldl_solve(eye(3), full([3], 99_999_999, int32), ones(3, 1)) },
        { "lu_solve", () => linalg.lu_solve(eye(3), full([3], -99_999_999, int32), ones(3, 1)) },
        { "polynomial", () => special.hermite_polynomial_h(ones(1), full([1], 1e18)) },
        { "multi_margin_loss", () => functional.multi_margin_loss(rand(3, 4), full([3], 3L), weight: ones(1)) },
        { "ctc targets too large", () => functional.ctc_loss(rand(5, 2, 4).log_softmax(-1), full([2, 3], 99_999_999L), full([2], 5L), full([2], 3L)) },
        { "ctc targets negative", () => functional.ctc_loss(rand(5, 2, 4).log_softmax(-1), full([2, 3], -9L), full([2], 5L), full([2], 3L)) },
        { "ctc input lengths", () => functional.ctc_loss(rand(5, 2, 4).log_softmax(-1), ones(2, 3, int64), full([2], -9L), full([2], 3L)) },
        { "ctc target lengths", () => functional.ctc_loss(rand(5, 2, 4).log_softmax(-1), ones(2, 3, int64), full([2], 5L), full([2], -3L)) },
        { "ctc joined targets", () => functional.ctc_loss(rand(5, 2, 4).log_softmax(-1), ones(4, int64), full([2], 5L), full([2], 3L)) },
        { "max_unpool2d", () => functional.max_unpool2d(ones(1, 1, 2, 2), zeros(1, 1, 2, 2, int64), [2], output_size: []) },
        { "lcm", () => full([2], long.MinValue).lcm(full([2], -1L)) },
        { "gcd", () => full([2], int.MinValue, int32).gcd(full([2], -1, int32)) },
        { "matrix_power", () => linalg.matrix_power(eye(2), int.MinValue) },
        { "max_pool1d", () => functional.max_pool1d(ones(2, 3), 1L << 33, 4, null, 1L << 40) },
        { "lp_pool2d", () => functional.lp_pool2d(ones(1, 1, 4, 4), 2, []) },
        { "max_unpool1d", () => functional.max_unpool1d(ones([]), zeros([], int64), 2) },
        { "tensordot", () => tensordot(ones(2, 3), ones(3, 2), int.MaxValue) },
        { "stride", () => ones(2).stride(2) },
        { "convolution's padding", () => Conv2d(1, 1, 1, (Padding)13) },
        { "promote_types", () => promote_types((ScalarType)99, float32) },
        { "can_cast", () => can_cast(float32, (ScalarType)99) },
    };

    [Theory, MemberData(nameof(Divisions))]
    public void The_smallest_integer_is_not_divided_by_minus_one(string name, Action<Tensor, Tensor> divide)
    {
        using var scope = NewDisposeScope();

        foreach (var smallest in new[] { full([3], int.MinValue, int32), full([3], long.MinValue) })
        {
            var error = Assert.Throws<TorchException>(() => divide(smallest, tensor(new[] { 1, -1, 2 })));

            Assert.Contains("divided by -1", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(name);
        }
    }

    [Theory, MemberData(nameof(Addresses))]
    public void Numbers_used_as_addresses_are_checked(string name, Action mistake)
    {
        using var scope = NewDisposeScope();

        var error = Record.Exception(mistake);

        Assert.True(error is ArgumentException or TorchException, $"{name}: {error}");
        Assert.DoesNotContain('\n', error.Message.Split(" (Parameter")[0]);
    }

    [Fact]
    public void Other_integer_divisions_give_the_right_numbers()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { int.MinValue, 7, -7 });
        var y = tensor(new[] { 2, -1, -2 });

        Assert.Equal([int.MinValue / 2, -7, 3], x.div(y, RoundingMode.trunc).ToArray<int>());
        Assert.Equal([0, 0, -1], (x % y).ToArray<int>());
        Assert.Equal([-(long)int.MinValue], tensor(new[] { int.MinValue }).floor_divide(tensor(new[] { -1L })).ToArray<long>());
        Assert.Equal([-7L], tensor(new[] { 7L }).fmod(-1).add(-7).ToArray<long>());
    }

    [Theory]
    [InlineData(GridSamplePaddingMode.Border)]
    [InlineData(GridSamplePaddingMode.Reflection)]
    public void An_image_has_no_derivative_at_nan(GridSamplePaddingMode outside)
    {
        using var scope = NewDisposeScope();
        var image = ones(1, 1, 4, 4).requires_grad_();
        var grid = full([1, 2, 2, 2], double.NaN, float32);

        Assert.Throws<TorchException>(() => functional.grid_sample(image, grid, padding_mode: outside));
        using (no_grad())
        {
            Assert.Equal([1, 1, 2, 2], functional.grid_sample(image, grid, padding_mode: outside).shape);
        }
    }

    [Fact]
    public void Targets_behind_their_length_do_not_matter()
    {
        using var scope = NewDisposeScope();
        var targets = tensor(new[] { 1L, 2, -1, 3, -1, -1 }, [2, 3]);

        var loss = functional.ctc_loss(rand(5, 2, 4).log_softmax(-1), targets, full([2], 5L), tensor(new[] { 2L, 1 }));

        Assert.True(loss.isfinite().ToBoolean());
    }
}
