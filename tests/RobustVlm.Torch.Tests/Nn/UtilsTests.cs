using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Nn;

public class UtilsTests
{
    [Fact]
    public void Clipping_scales_all_gradients_to_the_joint_norm()
    {
        using var scope = NewDisposeScope();
        var parameters = WithGradients([3f, 0f], [4f]);

        var norm = utils.clip_grad_norm_(parameters, 1);

        Assert.Equal(5, norm, 5);
        Assert.Equal(0.6, parameters[0].grad![0].ToDouble(), 5);
        Assert.Equal(0.8, parameters[1].grad![0].ToDouble(), 5);
        Assert.Equal(1, utils.clip_grad_norm_(parameters, 10), 5);
        Assert.Equal(0.6, parameters[0].grad![0].ToDouble(), 5);
        Assert.Equal(0.8, utils.clip_grad_norm_(parameters, 10, double.PositiveInfinity), 5);
        Assert.Equal(0, utils.clip_grad_norm_([new Parameter(zeros(1))], 1));
    }

    [Fact]
    public void Clipping_by_value_cuts_each_element()
    {
        using var scope = NewDisposeScope();
        var parameters = WithGradients([3f, -0.25f], [-4f]);

        utils.clip_grad_value_(parameters, 0.5);

        Assert.Equal([0.5f, -0.25f], parameters[0].grad!.data<float>().ToArray());
        Assert.Equal([-0.5f], parameters[1].grad!.data<float>().ToArray());
    }

    [Fact]
    public void Parameters_become_a_vector_and_come_back()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(3, 2);
        var vector = utils.parameters_to_vector(layer.parameters());
        Assert.Equal([8L], vector.shape);
        Assert.True(vector.requires_grad);

        utils.vector_to_parameters(arange(8).to(ScalarType.Float32), layer.parameters());

        Assert.Equal(5, layer.weight[1, 2].ToSingle());
        Assert.Equal(7, layer.bias![1].ToSingle());
        Assert.True(layer.weight.is_leaf);
        Assert.Contains("8 elements", Assert.Throws<ArgumentException>(() => utils.vector_to_parameters(zeros(7), layer.parameters())).Message, StringComparison.Ordinal);
    }

    private static Parameter[] WithGradients(params float[][] gradients) =>
        [.. gradients.Select(gradient => new Parameter(zeros(gradient.Length)) { grad = tensor(gradient) })];
}
