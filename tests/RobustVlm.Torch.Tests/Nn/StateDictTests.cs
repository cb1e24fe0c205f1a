using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

public class StateDictTests
{
    [Fact]
    public void The_state_of_one_model_makes_another_equal()
    {
        using var scope = NewDisposeScope();
        using var source = new SmallModel();
        using var target = new SmallModel();
        source.Norm.running_mean!.fill_(3);
        var input = randn([2, 4]);
        Assert.False(source.call(input).allclose(target.call(input)));

        var (missing, unexpected) = target.load_state_dict(source.state_dict());

        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.True(source.call(input).allclose(target.call(input)));
        Assert.Equal(3, target.get_buffer("norm.running_mean")![0].ToSingle());
        Assert.True(target.First.weight.requires_grad);
    }

    [Fact]
    public void The_state_holds_the_live_tensors()
    {
        using var model = new SmallModel();

        Assert.Same(model.First.weight, model.state_dict()["fc1.weight"]);
    }

    [Fact]
    public void What_does_not_fit_is_listed_and_nothing_is_copied()
    {
        using var scope = NewDisposeScope();
        using var model = new SmallModel();
        var before = model.First.bias!.detach().clone();
        var state = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone() + 1);
        state.Remove("scale");
        state["head.weight"] = zeros(1);
        state["fc1.weight"] = zeros(2, 3);

        var error = Assert.Throws<InvalidOperationException>(() => model.load_state_dict(state));

        Assert.Contains("missing keys: scale;", error.Message, StringComparison.Ordinal);
        Assert.Contains("unexpected keys: head.weight;", error.Message, StringComparison.Ordinal);
        Assert.Contains("fc1.weight ([2, 3] given, [3, 4] expected)", error.Message, StringComparison.Ordinal);
        Assert.True(before.allclose(model.First.bias!));
        Assert.Throws<InvalidOperationException>(() => model.load_state_dict(state, strict: false));
    }

    [Fact]
    public void Skipped_keys_and_strict_false_let_the_rest_through()
    {
        using var scope = NewDisposeScope();
        using var model = new SmallModel();
        var state = model.state_dict().ToDictionary(entry => entry.Key, entry => zeros_like(entry.Value));
        state.Remove("scale");
        state["head.weight"] = zeros(1);
        state["fc1.weight"] = zeros(2, 3);

        var (missing, unexpected) = model.load_state_dict(state, strict: false, skip: ["fc1.weight"]);

        Assert.Equal(["scale"], missing);
        Assert.Equal(["head.weight"], unexpected);
        Assert.Equal(0, model.First.bias!.abs().sum().ToDouble());
        Assert.NotEqual(0, model.First.weight.abs().sum().ToDouble());
    }

    [Fact]
    public void Other_types_are_converted_and_non_persistent_buffers_stay_out()
    {
        using var scope = NewDisposeScope();
        using var model = new SmallModel();
        model.register_buffer("cache", zeros(1), persistent: false);
        Assert.DoesNotContain("cache", model.state_dict().Keys);
        var state = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().to(ScalarType.BFloat16));

        model.load_state_dict(state);

        Assert.Equal(ScalarType.Float32, model.First.weight.dtype);
        Assert.True(model.First.weight.to(ScalarType.BFloat16).allclose(state["fc1.weight"]));
    }
}
