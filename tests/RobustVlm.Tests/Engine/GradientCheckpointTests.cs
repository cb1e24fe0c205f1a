using RobustVlm.Engine;
using RobustVlm.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Engine;

public sealed class GradientCheckpointTests
{
    private const int Width = 32;

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_transformer_block_with_dropout_has_the_same_gradients(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var block = new TransformerBlock(Width, 4, 2, Activation.Gelu, new Generator(1));
        var x = randn([2, 7, Width], generator: new Generator(2)).requires_grad_();

        var plain = Gradients(Segment);
        var checkpointed = Gradients(input => GradientCheckpoint.Run(Segment, input));

        Assert.Equal(plain, checkpointed);

        Tensor Segment(Tensor input) => nn.functional.dropout(block.call(input, null), 0.5);

        float[] Gradients(Func<Tensor, Tensor> run)
        {
            manual_seed(11);
            block.zero_grad();
            x.grad = null;
            Tensor loss;
            using (Autocast.Use(type))
            {
                loss = run(x).square().mean();
            }

            loss.backward();
            return [loss.ToSingle(), .. x.grad!.ToArray<float>(), .. block.parameters().SelectMany(parameter => parameter.grad!.ToArray<float>())];
        }
    }

    [Fact]
    public void A_stack_of_blocks_needs_less_memory()
    {
        using var scope = NewDisposeScope();
        var blocks = Enumerable.Range(0, 6).Select(i => new TransformerBlock(Width, 4, 6, Activation.Gelu, new Generator((ulong)i))).ToArray();
        var x = randn([16, 64, Width], generator: new Generator(2));

        var plain = Peak((block, input) => block.call(input, null));
        var checkpointed = Peak((block, input) => GradientCheckpoint.Run(given => block.call(given, null), input));

        Assert.True(checkpointed < plain / 2, $"{checkpointed >> 10} KiB with checkpoints, {plain >> 10} KiB without");

        long Peak(Func<TransformerBlock, Tensor, Tensor> run)
        {
            foreach (var block in blocks)
            {
                block.zero_grad();
            }

            MemoryInfo.ResetPeak();
            var before = MemoryInfo.Now().TensorBytes;
            using (NewDisposeScope())
            {
                var y = x.alias();
                foreach (var block in blocks)
                {
                    using var inner = NewDisposeScope();
                    y = run(block, y).MoveToOuterDisposeScope();
                }

                y.square().mean().backward();
            }

            return (MemoryInfo.Now().PeakTensorBytes - before)!.Value;
        }
    }

    [Fact]
    public void Several_inputs_get_their_gradients()
    {
        using var scope = NewDisposeScope();
        var a = tensor(2f, requires_grad: true);
        var b = tensor(5f, requires_grad: true);

        GradientCheckpoint.Run(inputs => inputs[0] * inputs[1].square(), [a, b]).backward();

        Assert.Equal(25, a.grad!.ToSingle());
        Assert.Equal(20, b.grad!.ToSingle());
    }
}
