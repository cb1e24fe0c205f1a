using RobustVlm.Privacy;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Privacy;

public sealed class ImageDistancesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = rand([3, 1, 16, 16], generator: new Generator(1));
    private readonly Tensor _others = rand([3, 1, 16, 16], generator: new Generator(2));

    public static TheoryData<string> Names => new(ImageDistances.Plain.Select(distance => distance.Name));

    public void Dispose() => _scope.Dispose();

    [Theory, MemberData(nameof(Names))]
    public void Equal_images_are_nearest_and_the_middle_is_nearer_than_another_image(string name)
    {
        var distance = ImageDistances.Plain.Single(entry => entry.Name == name).Between;

        var (same, near, far) = (distance(_images, _images), distance(_images, (_images * 0.8) + (_others * 0.2)), distance(_images, _others));

        Assert.Equal([3], same.shape);
        Assert.True(same.lt(near).all().ToBoolean());
        Assert.True(name == "histogram" || near.lt(far).all().ToBoolean());
    }

    [Theory, InlineData(16), InlineData(40)]
    public void An_image_is_as_similar_to_itself_as_can_be(int side)
    {
        var images = rand([2, 3, side, side], generator: new Generator(3));

        Assert.InRange((ImageDistances.Ssim(images, images) - 1).abs().max().ToDouble(), 0, 1e-5);
    }

    [Fact]
    public void Flat_images_have_the_similarity_of_their_means()
    {
        // Variances are zero: (2 a b + c1) / (a² + b² + c1) with a = 0.2, b = 0.6 on [-1, 1].
        var similarity = ImageDistances.Ssim(full([1, 1, 16, 16], 0.6), full([1, 1, 16, 16], 0.8));

        Assert.Equal(((2 * 0.2 * 0.6) + 0.0004) / (0.04 + 0.36 + 0.0004), similarity.ToDouble(), 1e-4);
    }

    [Fact]
    public void Distances_of_pixels_by_hand()
    {
        var (x, y) = (full([1, 1, 8, 8], 0.5), full([1, 1, 8, 8], 0.75));

        Assert.Equal(0.5, ImageDistances.Plain[0].Between(x, y).ToDouble(), 1e-6);
        Assert.Equal(0.25, ImageDistances.Squared(x, y).ToDouble(), 1e-6);
        Assert.Equal(10 * Math.Log10(0.25 / 4), ImageDistances.Plain[2].Between(x, y).ToDouble(), 1e-4);
        Assert.Equal(1, ImageDistances.Plain[6].Between(x, y).ToDouble(), 1e-6);
    }

    [Fact]
    public void Samples_of_the_same_kind_have_no_energy_distance()
    {
        var many = randn([400, 1, 4, 4], generator: new Generator(5));

        Assert.InRange(SampleQuality.EnergyDistance(many.narrow(0, 0, 200), many.narrow(0, 200, 200)), -0.05, 0.05);
        Assert.True(SampleQuality.EnergyDistance(many.narrow(0, 0, 200), many.narrow(0, 200, 200) + 1) > 0.5);
    }
}
