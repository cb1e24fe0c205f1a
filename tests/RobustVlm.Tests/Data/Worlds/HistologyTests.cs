using RobustVlm.Data.Worlds.Families;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public sealed class HistologyTests
{
    [Fact]
    public void Mean_colour_and_contrast_do_not_tell_the_classes_apart()
    {
        using var scope = NewDisposeScope();
        var labels = arange(2, dtype: ScalarType.Int64).repeat_interleave(192);

        using var batch = new Histology().Render(labels, 32, new Generator(3));

        var colours = batch.Images.mean([2, 3]).view(2, 192, 3);
        var contrast = (batch.Images - batch.Images.mean([2, 3], keepdim: true)).square().mean([1, 2, 3]).sqrt().view(2, 192);
        Assert.InRange((colours[0].mean([0]) - colours[1].mean([0])).abs().max().item<float>(), 0, 0.03f);
        Assert.InRange((contrast[0].mean() - contrast[1].mean()).abs().item<float>(), 0, 0.012f);
    }
}
