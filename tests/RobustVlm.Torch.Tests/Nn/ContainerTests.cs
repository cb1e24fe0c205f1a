using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

public class ContainerTests
{
    [Fact]
    public void Lists_number_their_entries_anew_after_a_change()
    {
        using var list = nn.ModuleList(nn.Linear(1, 2), nn.Linear(2, 3));
        var added = nn.Linear(3, 4);

        list.append(added);
        list.RemoveAt(0);
        list.Insert(0, nn.Linear(9, 9, hasBias: false));

        Assert.Equal(["0.weight", "1.weight", "1.bias", "2.weight", "2.bias"], list.state_dict().Keys);
        Assert.Same(added, list[2]);
        Assert.Equal(3, list.Count);
    }

    [Fact]
    public void Dictionaries_keep_order_and_replace_in_place()
    {
        using var layers = nn.ModuleDict(("b", nn.Linear(1, 1, hasBias: false)), ("a", nn.Linear(1, 1, hasBias: false)));

        layers["b"] = nn.Linear(5, 5);
        layers.Add("c", nn.Linear(1, 1, hasBias: false));
        layers.Remove("a");

        Assert.Equal(["b.weight", "b.bias", "c.weight"], layers.state_dict().Keys);
        Assert.True(layers.TryGetValue("c", out _));
        Assert.False(layers.ContainsKey("a"));
    }

    [Fact]
    public void Parameter_lists_are_registered_by_number()
    {
        using var list = nn.ParameterList(new Parameter(zeros(1)), new Parameter(zeros(2)));

        list[1] = new Parameter(zeros(7));

        Assert.Equal(["0", "1"], list.state_dict().Keys);
        Assert.Equal([7L], list.named_parameters().Last().parameter.shape);
    }

    [Fact]
    public void Sequential_takes_names_slices_and_more_modules()
    {
        using var scope = NewDisposeScope();
        using var chain = nn.Sequential(("fc", nn.Linear(2, 2)), ("act", nn.ReLU()));
        chain.append("head", nn.Linear(2, 1)).append(nn.Sigmoid());
        var x = randn([3, 2]);

        var features = chain[..2].call(x);

        Assert.Equal(["fc", "act", "head", "3"], chain.named_children().Select(child => child.name));
        Assert.Equal(["fc.weight", "fc.bias", "head.weight", "head.bias"], chain.state_dict().Keys);
        Assert.True(((nn.Module<Tensor, Tensor>)chain[1]).call(((nn.Module<Tensor, Tensor>)chain[0]).call(x)).allclose(features));
        Assert.Equal(4, chain.Count);
        Assert.True(nn.Sequential().call(x).allclose(x));
    }

    [Fact]
    public void Sequential_survives_modules_that_work_in_place_or_return_their_input()
    {
        using var scope = NewDisposeScope();
        using var chain = nn.Sequential(nn.Identity(), nn.ReLU(inplace: true), nn.Dropout(0, inplace: true));
        var x = tensor([-1f, 1f]);

        var y = chain.call(x);

        Assert.Equal([0f, 1f], y.data<float>().ToArray());
        Assert.Equal([0f, 1f], x.data<float>().ToArray());
    }
}
