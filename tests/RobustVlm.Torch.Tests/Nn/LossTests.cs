using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Nn;

public class LossTests
{
    [Fact]
    public void Loss_modules_equal_their_functions()
    {
        using var scope = NewDisposeScope();
        var logits = randn([4, 3]);
        var other = randn([4, 3]);
        var labels = tensor(new long[] { 0, 2, 1, 2 });
        var weight = tensor([1f, 2f, 0.5f]);
        var binary = (other > 0).to(ScalarType.Float32);
        var logProbabilities = functional.log_softmax(logits, 1);

        Same(functional.cross_entropy(logits, labels, weight, 1, Reduction.Sum), CrossEntropyLoss(weight, 1, Reduction.Sum).call(logits, labels));
        Same(functional.cross_entropy(logits, labels, label_smoothing: 0.2), new TorchSharp.Modules.CrossEntropyLoss(label_smoothing: 0.2).call(logits, labels));
        Same(functional.nll_loss(logProbabilities, labels), NLLLoss().call(logProbabilities, labels));
        Same(functional.binary_cross_entropy_with_logits(logits, binary, pos_weights: weight), BCEWithLogitsLoss(pos_weights: weight).call(logits, binary));
        Same(functional.mse_loss(logits, other), MSELoss().call(logits, other));
        Same(functional.l1_loss(logits, other, Reduction.None), L1Loss(Reduction.None).call(logits, other));
        Same(functional.kl_div(logProbabilities, binary, false), KLDivLoss(log_target: false).call(logProbabilities, binary));
    }

    [Fact]
    public void Class_weights_are_part_of_the_state()
    {
        using var loss = CrossEntropyLoss(ones(3));

        Assert.Equal(["weight"], loss.state_dict().Keys);
        Assert.Empty(loss.parameters());
    }

    private static void Same(Tensor expected, Tensor actual) => Assert.True(expected.allclose(actual));
}
