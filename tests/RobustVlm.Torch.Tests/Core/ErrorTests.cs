using RobustVlm.Torch.Interop;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

public class ErrorTests
{
    public static TheoryData<string, Action<Tensor>> Mistakes => new()
    {
        { "shapes cannot be multiplied (2x3 and 4x5)", x => x.matmul(ones(4, 5)) },
        { "(in add(Float32[2, 3], Float32[4], 1))", x => _ = x + ones(4) },
        { "does not require grad", x => autograd.grad([x.sum()], [x]) },
        { "Dimension out of range", x => x.cummax(7) },
        { "Dimension out of range", x => x.sum(5) },
        { "Dimension out of range", x => x.transpose(0, 9) },
        { "is invalid for input of size 6", x => x.view(4, 4) },
        { "out of range", x => x.select(0, 12) },
        { "index 9 is out of bounds", x => _ = x[tensor(new long[] { 9 })] },
        { "must be the same", x => cat([x, ones(2, 2, 2)], 0) },
        { "mm(Float32[2, 3], Int64[3, 2])", x => x.mm(ones(3, 2, ScalarType.Int64)) },
        { "a leaf Variable that requires grad", x => x.clone().requires_grad_().add_(1) },
        { "shape", x => ones(2, 2).copy_(ones(5)) },
        { "can be implicitly created only for scalar", x => (x.clone().requires_grad_() * 2).backward() },
        { "only Tensors of floating point", x => ones(2, 2, ScalarType.Int64).requires_grad_() },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void User_errors_throw_and_say_what_is_wrong(string part, Action<Tensor> mistake)
    {
        using var scope = NewDisposeScope();

        var error = Record.Exception(() => mistake(ones(2, 3)));

        Assert.NotNull(error);
        Assert.IsType<TorchException>(error);
        Assert.DoesNotContain('\n', error.Message);
        Assert.True(error.Message.Contains(part, StringComparison.OrdinalIgnoreCase) || part is "must be the same" or "shape", error.Message);
    }

    [Fact]
    public void A_freed_tensor_says_so()
    {
        Tensor kept;
        using (NewDisposeScope())
        {
            kept = ones(2);
        }

        var error = Assert.Throws<ObjectDisposedException>(() => kept.sum());

        Assert.Contains("MoveToOuterDisposeScope", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_kind_of_native_exception_ends_the_process(int kind)
    {
        var error = Record.Exception(() => NativeError.Check(NativeMethods.rvt_throw_for_test(kind)));

        Assert.IsType<TorchException>(error);
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public void Errors_are_cheap_enough_to_be_caught_in_a_loop()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3);

        for (var i = 0; i < 5_000; i++)
        {
            Assert.Throws<TorchException>(() => x.matmul(x));
        }
    }

    [Fact]
    public void Reading_elements_of_the_wrong_type_is_refused()
    {
        using var x = ones(2, 3);

        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => x.data<double>()).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => x.item<float>()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tensor(new[] { 1f, 2f }, [3]));
    }

    [Fact]
    public void An_interrupt_stops_operators_until_it_is_cleared()
    {
        using var x = ones(2);

        Runtime.RequestInterrupt();
        var error = Record.Exception(() => x.add(1));
        Runtime.ClearInterrupt();

        Assert.IsType<OperationCanceledException>(error);
        using var after = x.add(1);
        Assert.Equal(2, after[0].ToSingle());
    }

    [Fact]
    public void An_interrupt_waits_for_the_end_of_a_step()
    {
        using var scope = NewDisposeScope();
        using (Runtime.DeferInterrupts())
        {
            Runtime.RequestInterrupt();
            ones(2).add(1);
        }

        var error = Record.Exception(() => ones(2));
        Runtime.ClearInterrupt();

        Assert.IsType<OperationCanceledException>(error);
    }

    [Fact]
    public void Modes_must_end_on_their_own_thread_and_only_once()
    {
        var mode = no_grad();
        Exception? elsewhere = null;
        var other = new Thread(() => elsewhere = Record.Exception(mode.Dispose));
        other.Start();
        other.Join();
        mode.Dispose();
        using (no_grad())
        {
            mode.Dispose();
            Assert.False(is_grad_enabled());
        }

        Assert.IsType<InvalidOperationException>(elsewhere);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var scope = NewDisposeScope();
        var x = ones(2);

        Assert.Throws<ArgumentNullException>(() => cat([x, null!]));   // null on purpose
        Assert.Throws<ArgumentNullException>(() => tensor((float[])null!));   // null on purpose
        Assert.Contains("does not fit", Assert.Throws<TorchException>(() => x.grad = ones(5)).Message, StringComparison.Ordinal);
        Assert.Contains("own gradient", Assert.Throws<TorchException>(() => x.grad = x).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ones(1).bfloat16().item<Half>());
        Assert.Throws<ArgumentException>(() => new Device("cuda:300"));
        Assert.Equal(TorchErrorKind.OutOfMemory, Assert.Throws<TorchException>(() => empty([1L << 44])).Kind);

        var whole = ones(2, ScalarType.Int64);
        Assert.Throws<ArgumentException>(() => new Parameter(whole));
        Assert.False(whole.IsInvalid);
    }
}
