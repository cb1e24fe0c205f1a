using RobustVlm.Data.Corruptions;
using RobustVlm.Data.Worlds;
using RobustVlm.Engine;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Corruptions;

/// <summary>What every corruption of every set promises.</summary>
public sealed class CorruptionContractTests
{
    private static readonly IReadOnlyDictionary<string, CorruptionSet> s_sets =
        new[] { CorruptionSet.CifarC, CorruptionSet.TinyImageNetC, CorruptionSet.ImageNetC }.Concat(CorruptionSet.MedMnistC.Values).ToDictionary(set => set.Name);

    public static TheoryData<string> Sets => new(s_sets.Keys);

    [Theory]
    [InlineData("CIFAR-C", 32, 3)]
    [InlineData("CIFAR-C", 32, 1)]
    [InlineData("Tiny ImageNet-C", 48, 3)]
    [InlineData("Tiny ImageNet-C", 48, 1)]
    [InlineData("ImageNet-C", 224, 3)]
    [InlineData("MedMNIST-C chestmnist", 224, 1)]
    [InlineData("MedMNIST-C pathmnist", 224, 3)]
    [InlineData("MedMNIST-C dermamnist", 48, 3)]
    public void Severity_five_changes_valid_images_more_than_severity_one(string set, int size, int channels)
    {
        using var scope = NewDisposeScope();
        var images = Pictures(size, channels, size > 100 ? 1 : 4);
        foreach (var name in s_sets[set].Names.Where(name => name != "black_corner"))
        {
            var (mild, strong) = (Change(1), Change(5));

            // Saturation falls at first, then rises; the elastic map turns less and bends more.
            Assert.True(name is "saturate" or "elastic_transform" || strong > mild, $"{name}: {mild} at severity 1, {strong} at 5");
            Assert.True(strong > 0.001 || (name == "saturate" && channels == 1), $"{name} does nothing");

            double Change(int severity)
            {
                using var corrupted = s_sets[set][name, severity].Apply(images, 3);
                Assert.Equal(images.shape, corrupted.shape);
                Assert.Equal(images.dtype, corrupted.dtype);
                Assert.True(corrupted.ge(0).logical_and(corrupted.le(1)).all().item<bool>(), $"{name} leaves [0, 1]");
                return (corrupted - images).abs().mean().item<float>();
            }
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Images_depend_on_the_seed_alone_and_not_on_the_batch(string set)
    {
        using var scope = NewDisposeScope();
        var images = Pictures(32, 3, 3);
        using var original = images.clone();
        foreach (var corruption in s_sets[set].All.Where(corruption => corruption.Severity == 4))
        {
            using var inner = NewDisposeScope();
            using var random = corruption.Stream(7);
            var together = corruption.Apply(images, 7);
            var apart = cat([corruption.Apply(images.narrow(0, 0, 1), random), corruption.Apply(images.narrow(0, 1, 2), random)], 0);

            Assert.True(together.SameAs(corruption.Apply(images, 7)), corruption.ToString());
            Assert.True((together - apart).abs().max().item<float>() <= 1e-6, corruption.ToString());   // sums may be split otherwise
            Assert.Equal(corruption.IsRandom, !together.SameAs(corruption.Apply(images, 8)));
        }

        Assert.True(original.SameAs(images));
    }

    [Fact]
    public void Leaves_no_tensor_alive()
    {
        using var images = Pictures(32, 3, 2);
        foreach (var corruption in CorruptionSet.CifarC.All.Concat(CorruptionSet.MedMnistC["bloodmnist"].All).Where(corruption => corruption.Severity == 5))
        {
            corruption.Apply(images, 1).Dispose();
            var before = TensorCount.Now();

            corruption.Apply(images, 1).Dispose();

            Assert.True(before == MemoryInfo.Now().LiveTensors, corruption.ToString());
        }
    }

    [Fact]
    public void Every_set_has_five_severities_of_each()
    {
        Assert.All(s_sets.Values, set => Assert.Equal(set.Names.Count * 5, set.All.Count));
        Assert.Equal(17, CorruptionSet.ImageNetC.Names.Count);
        Assert.Equal(14, CorruptionSet.ImageNetC.NamesOfMean.Count);   // the fifteen without frost
        Assert.Equal(12, CorruptionSet.MedMnistC.Count);
        Assert.Equal(13, CorruptionSet.MedMnistC["chestmnist"].Names.Count);
    }

    [Theory]
    [InlineData(28, "CIFAR-C")]
    [InlineData(48, "Tiny ImageNet-C")]
    [InlineData(224, "ImageNet-C")]
    public void The_set_follows_the_image_size(int side, string name) => Assert.Equal(name, CorruptionSet.For(side).Name);

    [Fact]
    public void Unusable_input_is_refused_in_one_sentence()
    {
        using var scope = NewDisposeScope();
        var fog = CorruptionSet.CifarC["fog", 1];

        Assert.Contains("from 1 (mild) to 5", Assert.Throws<ArgumentOutOfRangeException>(() => CorruptionSet.CifarC["fog", 0]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => CorruptionSet.CifarC["fog", 6]);
        Assert.Contains("gaussian_noise", Assert.Throws<ArgumentException>(() => CorruptionSet.CifarC["frost", 1]).Message, StringComparison.Ordinal);
        Assert.Contains("16 pixels", Assert.Throws<ArgumentException>(() => fog.Apply(zeros([1, 3, 8, 8]), 0)).Message, StringComparison.Ordinal);
        Assert.Contains("[0, 1]", Assert.Throws<ArgumentException>(() => fog.Apply(ones([1, 3, 32, 32]) * 255, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("255", Assert.Throws<ArgumentException>(() => fog.Apply(ones([1, 3, 32, 32], dtype: ScalarType.Byte), 0)).Message, StringComparison.Ordinal);
        Assert.Equal("fog 1 of CIFAR-C (0.2, 3)", fog.ToString());
    }

    [Fact]
    public void Noise_has_the_stated_moments()
    {
        using var scope = NewDisposeScope();
        var grey = full([4, 3, 64, 64], 0.5f);

        Assert.Equal(0.10, Deviation("gaussian_noise"), 0.003);
        Assert.Equal(0.2 * 0.5, Deviation("speckle_noise"), 0.003);
        Assert.Equal(Math.Sqrt(0.5 / 50), Deviation("shot_noise"), 0.003);
        var impulse = CorruptionSet.CifarC["impulse_noise", 5].Apply(grey, 1);
        Assert.Equal(0.035, impulse.eq(0).to(ScalarType.Float32).mean().item<float>(), 0.004f);
        Assert.Equal(0.035, impulse.eq(1).to(ScalarType.Float32).mean().item<float>(), 0.004f);

        double Deviation(string name)
        {
            var noise = CorruptionSet.CifarC[name, 5].Apply(grey, 1) - grey;
            Assert.Equal(0, noise.mean().item<float>(), 0.003f);
            return noise.square().mean().sqrt().item<float>();
        }
    }

    [Fact]
    public void Motion_blur_spreads_a_point_to_one_side_with_falling_weights()
    {
        using var scope = NewDisposeScope();
        var point = zeros([1, 1, 33, 33]);
        point[0, 0, 16, 16].fill_(1);

        var blurred = BlurCorruptions.Motion(point, 3, 2, zeros([1]));

        var row = blurred[0, 0, 16].Values<float>();
        Assert.Equal(1, row.Sum(), 5);
        Assert.All(Enumerable.Range(11, 5), i => Assert.True(row[i] < row[i + 1]));
        Assert.Equal(Math.Exp(-1 / 8.0), row[15] / row[16], 5);
        Assert.All(row[17..], value => Assert.Equal(0, value));
    }

    private static Tensor Pictures(int size, int channels, int count)
    {
        using var random = new Generator(5);
        using var batch = WorldCatalog.Find(channels == 1 ? "chest" : "animals").Render(count, size, random);
        return batch.Images.clone();
    }
}
