using System.Runtime.CompilerServices;
using RobustVlm.Torch.Interop;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>What makes small operators and large tensors cheap must not change what they do.</summary>
public unsafe class ShortWaysTests
{
    [Theory]
    [InlineData("add", "Tensor")]
    [InlineData("add_", "Tensor")]
    [InlineData("add", "Scalar")]
    [InlineData("mul", "Tensor")]
    [InlineData("cat", "")]
    [InlineData("zeros", "")]
    [InlineData("view", "")]
    [InlineData("linear", "")]
    [InlineData("matmul", "")]
    [InlineData("mse_loss", "")]
    [InlineData("softmax", "int")]
    [InlineData("mean", "dim")]
    [InlineData("_foreach_add_", "List")]
    [InlineData("_foreach_zero_", "")]
    public void Operators_of_hot_loops_are_called_without_boxing(string name, string overload) =>
        Assert.True(new Operator("aten::" + name, overload).IsDirect);

    [Fact]
    public void Operators_with_unusual_signatures_still_work()
    {
        using var scope = NewDisposeScope();

        Assert.False(new Operator("aten::topk", "").IsDirect);
        Assert.Equal(3, tensor(new[] { 1f, 3f, 2f }).topk(1).values.item<float>());
    }

    [Fact]
    public void Changing_in_place_returns_the_same_object_and_no_second_reference()
    {
        var before = Runtime.LiveTensors;
        var x = ones(300_000);
        var bytes = Runtime.LiveBytes;
        using (var y = ones(1))
        {
            Assert.Same(x, x.add_(y));
        }

        Assert.Equal(before + 1, Runtime.LiveTensors);
        x.Dispose();
        Assert.True(bytes - Runtime.LiveBytes >= 1_200_000);
    }

    [Fact]
    public void An_optional_operand_may_be_left_out()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (ones(1, 2), ones(3, 2));

        Assert.Equal([2, 2, 2], nn.functional.linear(x, w).data<float>().ToArray());
        Assert.Equal([3, 3, 3], nn.functional.linear(x, w, ones(3)).data<float>().ToArray());
    }

    [Fact]
    public void A_reference_handed_back_serves_only_one_new_tensor()
    {
        using var scope = NewDisposeScope();
        var first = ones(1);
        Parallel.For(0, 8, _ => first.Dispose());

        var many = Enumerable.Range(0, 100).Select(i => tensor((float)i)).ToArray();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (float)i), many.Select(x => x.item<float>()));
        Assert.Throws<ObjectDisposedException>(() => first.sum());
    }

    [Fact]
    public void A_forgotten_tensor_is_freed_even_when_its_place_was_used_before()
    {
        for (var i = 0; i < 10; i++)
        {
            ones(1).Dispose();
        }

        var before = Runtime.LiveTensors;
        Forget(10);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.True(Runtime.LiveTensors <= before, $"{Runtime.LiveTensors - before} tensors were not freed");

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(int count)
        {
            for (var i = 0; i < count; i++)
            {
                _ = ones(1);
            }
        }
    }

    [Fact]
    public void A_finalizer_that_disposes_a_tensor_does_not_free_another()
    {
        for (var round = 0; round < 20; round++)
        {
            Forget();
            GC.Collect();
            var made = Enumerable.Range(0, 50).Select(i => tensor((float)i)).ToArray();
            GC.WaitForPendingFinalizers();

            Assert.Equal(Enumerable.Range(0, 50).Select(i => (float)i), made.Select(x => x.item<float>()));
            Array.ForEach(made, x => x.Dispose());
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var i = 0; i < 50; i++)
            {
                _ = new Owner();
            }
        }
    }

    [Fact]
    public void Memory_of_a_large_tensor_is_used_again_and_counted_right()
    {
        var before = Runtime.LiveBytes;
        var x = full(2_000_000, 7f);
        var place = (nint)x.DataPointer();
        var held = Runtime.LiveBytes - before;
        x.Dispose();

        Assert.Equal(before, Runtime.LiveBytes);
        Assert.InRange(held, 8_000_000, 8_000_000 + 8192);
        using var y = zeros(2_000_000);
        Assert.True(Math.Abs((nint)y.DataPointer() - place) < 4096 || (nint)y.DataPointer() % (2 << 20) < 4096);
        Assert.Equal(0, y.sum().item<float>());
    }

    [Fact]
    public void Large_tensors_of_several_threads_do_not_overlap()
    {
        var wrong = 0;
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var scope = NewDisposeScope();
                var parts = Enumerable.Range(0, 4).Select(k => full(300_000 + (1000 * k), (8 * k) + thread)).ToArray();
                if (parts.Where((part, k) => part.min().item<long>() != (8 * k) + thread || part.max().item<long>() != (8 * k) + thread).Any())
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void An_element_is_read_through_views_and_strides()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, ScalarType.Float64).view(2, 3).t();

        Assert.Equal(5, x[2, 1].item<double>());
        Assert.Contains("[3, 2]", Assert.Throws<ArgumentException>(() => x.item<double>()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => x[0, 0].item<float>());
    }

    private sealed class Owner
    {
        private readonly Tensor _tensor = ones(1);

        ~Owner() => _tensor.Dispose();
    }
}
