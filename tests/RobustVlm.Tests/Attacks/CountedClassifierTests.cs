using RobustVlm.Attacks;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Attacks;

public sealed class CountedClassifierTests
{
    [Fact]
    public void Only_images_whose_gradient_can_be_taken_count_as_backward()
    {
        using var scope = NewDisposeScope();
        var counted = new CountedClassifier(images => images.flatten(1));
        using var images = rand(3, 1, 1, 2).requires_grad_();

        counted.Logits(images);
        counted.Logits(images.detach());
        using (no_grad())
        {
            counted.Logits(images);
        }

        Assert.Equal((9, 3), (counted.Forward, counted.Backward));
        Assert.Equal("9 images, 3 with a gradient", counted.ToString());
    }
}
