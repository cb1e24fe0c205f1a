using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Engine;

public class InitializationTests
{
    [Fact]
    public void Layers_made_without_start_values_work_once_they_are_loaded()
    {
        using var scope = NewDisposeScope();
        using var source = nn.Linear(3, 2);

        using var skipping = Initialization.Skip();
        using var layer = nn.Linear(3, 2);

        Assert.True(layer.weight.isnan().all().ToBoolean());
        layer.load_state_dict(source.state_dict());
        var input = ones(1, 3);
        Assert.True(source.call(input).allclose(layer.call(input)));
    }
}
