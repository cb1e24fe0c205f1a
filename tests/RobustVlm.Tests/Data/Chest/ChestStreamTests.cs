using System.Security.Cryptography;
using System.Text;
using RobustVlm.Data.Chest;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

/// <summary>
/// What the phantom gave before it had options for masks, shifts and long reports: stored runs depend on it. The numbers were printed by
/// the version of that time, for seed 1, 28 images of 32 pixels.
/// </summary>
public sealed class ChestStreamTests
{
    private const string ReportsHash = "6FCB211AF5EFEB9AB79DC7CFD861CAE51331019743024ADF5BFB32A5E77043DA";

    private static readonly float[] s_means = [0.56782f, 0.56305f, 0.61877f, 0.58420f, 0.71283f, 0.73248f, 0.76627f, 0.78681f];
    private static readonly float[] s_areas = [0, 28, 71, 44, 82, 223, 0, 5];
    private static readonly float[] s_row = [0.61429f, 0.67291f, 0.64727f, 0.62229f, 0.63986f, 0.71833f, 0.69018f, 0.56887f];

    [Fact]
    public void Default_pictures_reports_and_random_stream_are_those_of_the_stored_runs()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 32 }).Render(28, random);

        var text = string.Join("\n", batch.Reports.SelectMany(reports => reports));

        Assert.Equal(ReportsHash, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        AssertNear(s_means, batch.Images.mean([1, 2, 3]), 2e-4);
        AssertNear(s_areas, batch.Masks.sum([1, 2, 3]), 1.01);
        AssertNear(s_row, batch.Images[0, 0, 16], 5e-4);
        Assert.Equal(0.23642582, rand(1, generator: random).ToDouble(), 1e-6);
    }

    [Fact]
    public void Asking_for_organ_masks_changes_nothing_else()
    {
        using var scope = NewDisposeScope();
        using var plain = new ChestPhantom(new ChestPhantomOptions { Size = 32 }).Render(20, new Generator(2));
        using var more = new ChestPhantom(new ChestPhantomOptions { Size = 32, AnatomyMasks = true }).Render(20, new Generator(2));

        Assert.True(plain.Images.Equals(more.Images));
        Assert.Equal(plain.Reports, more.Reports);
        Assert.Null(plain.Anatomy);
        Assert.NotNull(more.Anatomy);
    }

    private static void AssertNear(float[] expected, Tensor actual, double tolerance) =>
        Assert.All(expected.Zip(actual.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, tolerance));
}
