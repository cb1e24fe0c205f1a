using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>Segments computed a second time in the backward pass.</summary>
public class CheckpointTests
{
    [Fact]
    public void Gradients_of_inputs_and_parameters_are_those_of_a_plain_call()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(1);
        var x = rand([5, 8], generator: new Generator(2)).requires_grad_();

        layer.call(x).square().sum().backward();
        var plain = Gradients(layer, x);
        var y = Checkpoint.Run(inputs => [layer.call(inputs[0])], [x])[0];
        y.square().sum().backward();
        var checkpointed = Gradients(layer, x);

        Assert.True(y.requires_grad);
        Assert.Equal(plain, checkpointed);
    }

    [Fact]
    public void Dropout_drops_the_same_elements_both_times_and_the_generator_goes_on()
    {
        using var scope = NewDisposeScope();
        var own = new Generator(5);
        var x = ones(1000).requires_grad_();
        manual_seed(7);
        nn.functional.dropout(x, 0.5);
        var expected = rand(1).ToSingle();
        manual_seed(7);

        var y = Checkpoint.Run(inputs => [nn.functional.dropout(inputs[0], 0.5) * (rand([1000], generator: own) > 0.5)], [x], [own])[0];
        var next = rand(1).ToSingle();
        var ownNext = rand([1], generator: own).ToSingle();
        y.sum().backward();

        Assert.Equal(expected, next);
        Assert.NotEqual(next, rand(1).ToSingle());
        Assert.NotEqual(ownNext, rand([1], generator: own).ToSingle());
        Assert.Equal(y.ToArray<float>(), x.grad!.ToArray<float>());
    }

    [Fact]
    public void Autocast_is_as_it_was_in_the_first_run()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(1);
        var x = rand([5, 8], generator: new Generator(2)).requires_grad_();
        var types = new List<ScalarType>();
        Tensor y;
        using (Runtime.Autocast(true, ScalarType.BFloat16))
        {
            layer.call(x).Dispose();   // leaves casts of the weights in autocast's cache
            y = Checkpoint.Run(
                inputs =>
                {
                    var hidden = layer.call(inputs[0]);
                    types.Add(hidden.dtype);
                    return [hidden];
                },
                [x])[0];
        }

        y.sum().backward();

        Assert.Equal([ScalarType.BFloat16, ScalarType.BFloat16], types);
        Assert.False(Runtime.IsAutocastEnabled);
        Assert.NotNull(layer.weight!.grad);
    }

    [Fact]
    public void Gradients_of_inputs_alone_touch_no_parameter()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(1);
        var x = rand([5, 8], generator: new Generator(2)).requires_grad_();

        var plain = autograd.grad([layer.call(x).square().sum()], [x])[0];
        var checkpointed = autograd.grad([Checkpoint.Run(inputs => [layer.call(inputs[0])], [x])[0].square().sum()], [x])[0];

        Assert.Equal(plain.ToArray<float>(), checkpointed.ToArray<float>());
        Assert.Null(layer.weight!.grad);
        Assert.Null(layer.bias!.grad);
    }

    [Fact]
    public void Second_derivatives_are_those_of_a_plain_call()
    {
        using var scope = NewDisposeScope();
        var w = tensor(1.5, requires_grad: true);
        var x = tensor(0.7, requires_grad: true);

        // w is used before the segment too: its part of the first gradient must not be counted twice.
        var plain = Derivatives(w, x, hidden => (hidden * w).sin() * w);
        var checkpointed = Derivatives(w, x, hidden => Checkpoint.Run(inputs => [(inputs[0] * w).sin() * w], [hidden])[0]);

        Assert.Equal(plain.Length, checkpointed.Length);
        for (var i = 0; i < plain.Length; i++)
        {
            Assert.Equal(plain[i], checkpointed[i], 12);
        }
    }

    [Fact]
    public void Several_inputs_and_outputs_work_together()
    {
        using var scope = NewDisposeScope();
        var a = tensor(2.0, requires_grad: true);
        var b = tensor(3.0, requires_grad: true);
        var index = tensor(1L);

        var outputs = Checkpoint.Run(inputs => [inputs[0] * inputs[1], inputs[1].square(), inputs[2] + 1], [a, b, index]);
        outputs[0].backward();

        Assert.Equal([6.0, 9.0, 2.0], outputs.Select(output => output.ToDouble()));
        Assert.False(outputs[2].requires_grad);
        Assert.Equal(3, a.grad!.ToDouble());
        Assert.Equal(2, b.grad!.ToDouble());
    }

    [Fact]
    public void Less_is_held_at_once()
    {
        using var scope = NewDisposeScope();
        var layers = Enumerable.Range(0, 16).Select(Layer).ToArray();
        var x = rand([20_000, 8], generator: new Generator(2)).requires_grad_();

        var plain = Peak(layer => input => Deep(layer, input));
        var checkpointed = Peak(layer => input => Checkpoint.Run(inputs => [Deep(layer, inputs[0])], [input])[0]);

        Assert.True(checkpointed < plain / 2, $"{checkpointed >> 10} KiB with checkpoints, {plain >> 10} KiB without");

        long Peak(Func<Linear, Func<Tensor, Tensor>> segment)
        {
            Runtime.ResetPeak();
            var before = Runtime.LiveBytes;
            using (NewDisposeScope())
            {
                var y = layers.Aggregate(x, (input, layer) => segment(layer)(input));
                y.sum().backward();
            }

            return Runtime.PeakBytes - before;
        }

        static Tensor Deep(Linear layer, Tensor input)
        {
            using var inner = NewDisposeScope();
            for (var i = 0; i < 4; i++)
            {
                input = layer.call(input).tanh();
            }

            return input.MoveToOuterDisposeScope();
        }
    }

    [Fact]
    public void A_tensor_from_outside_that_needs_a_gradient_must_be_an_input()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var computed = x * 2;

        var error = Assert.Throws<InvalidOperationException>(() => Checkpoint.Run(inputs => [inputs[0] * computed], [x]));

        Assert.Contains("pass it as an input", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_that_changes_its_input_is_refused()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_() * 1;

        Assert.Throws<InvalidOperationException>(() => Checkpoint.Run(
            inputs =>
            {
                using (no_grad())
                {
                    inputs[0].add_(1);
                }

                return [inputs[0] * 2];
            },
            [x]));
    }

    [Fact]
    public void An_exception_in_the_second_run_arrives_as_itself()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var runs = 0;
        var y = Checkpoint.Run(inputs => runs++ == 0 ? [inputs[0] * 2] : throw new TimeoutException("again"), [x])[0];

        Assert.Equal("again", Assert.Throws<TimeoutException>(() => y.sum().backward()).Message);
    }

    [Fact]
    public void A_hundred_steps_keep_nothing()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(1);
        var x = rand([5, 8], generator: new Generator(2)).requires_grad_();
        Step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (tensors, bytes) = (Runtime.LiveTensors, Runtime.LiveBytes);

        for (var i = 0; i < 100; i++)
        {
            Step();
        }

        Assert.Equal((tensors, bytes), (Runtime.LiveTensors, Runtime.LiveBytes));

        void Step()
        {
            using var inner = NewDisposeScope();
            Checkpoint.Run(inputs => [layer.call(inputs[0])], [x])[0].sum().backward();
        }
    }

    private static Linear Layer(int seed)
    {
        manual_seed(seed);
        return nn.Linear(8, 8);
    }

    private static float[] Gradients(Linear layer, Tensor x)
    {
        float[] all = [.. x.grad!.ToArray<float>(), .. layer.weight!.grad!.ToArray<float>(), .. layer.bias!.grad!.ToArray<float>()];
        (x.grad, layer.weight!.grad, layer.bias!.grad) = (null, null, null);
        return all;
    }

    private static double[] Derivatives(Tensor w, Tensor x, Func<Tensor, Tensor> segment)
    {
        var y = segment(x * w.exp()) * x;
        var first = autograd.grad([y], [w, x], create_graph: true);
        var second = autograd.grad([first[0] + (2 * first[1])], [w, x]);
        return [.. first.Concat(second).Select(value => value.ToDouble())];
    }
}
