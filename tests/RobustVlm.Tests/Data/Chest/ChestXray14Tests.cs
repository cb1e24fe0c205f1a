using RobustVlm.Data.Chest;
using RobustVlm.Data.Worlds;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

public sealed class ChestXray14Tests
{
    [Fact]
    public void Labels_are_as_frequent_as_in_the_real_set()
    {
        using var scope = NewDisposeScope();
        var set = new ChestXray14();
        using var batch = set.Render(4000, 16, new Generator(1));
        var shares = Findings(batch).mean([0]).data<float>().ToArray();

        Assert.Equal(["Atelectasis", "Infiltration", "Hernia"], [ChestXray14.Labels[0], ChestXray14.Labels[3], ChestXray14.Labels[13]]);
        Assert.All(shares.Zip(set.Prevalences), pair => Assert.InRange(pair.First, (0.7 * pair.Second) - 0.004, (1.3 * pair.Second) + 0.004));
        Assert.InRange(1 - batch.Labels.to(ScalarType.Float32).mean().ToDouble(), 0.51, 0.58);
        Assert.True(Findings(batch).sum([1]).max().ToDouble() > 2);
    }

    [Fact]
    public void Real_numbers_are_kept_when_no_least_prevalence_is_wanted()
    {
        var shares = new ChestXray14(new ChestXray14Options { LeastPrevalence = 0 }).Prevalences;

        Assert.Equal(0.002, shares[13], 0.0001);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChestXray14(new ChestXray14Options { LeastPrevalence = 0.5 }));
    }

    [Fact]
    public void Every_label_changes_the_image_where_the_mask_says()
    {
        using var scope = NewDisposeScope();
        var set = new ChestXray14(new ChestXray14Options { Site = RadiographSite.Upright });
        const int Each = 6;
        using var healthy = set.Render(zeros(14 * Each, 14), 64, new Generator(2));
        using var ill = set.Render(eye(14).repeat_interleave(Each, 0), 64, new Generator(2));

        var change = (ill.Images - healthy.Images).abs();
        var mask = Masks(ill).narrow(1, 0, 1);
        var inside = ((change * mask).sum([1, 2, 3]) / mask.sum([1, 2, 3])).view(14, Each).mean([1]).data<float>().ToArray();
        var outside = ((change * (1 - mask)).sum([1, 2, 3]) / (1 - mask).sum([1, 2, 3])).view(14, Each).mean([1]).data<float>().ToArray();

        Assert.Equal(0, Masks(healthy).narrow(1, 0, 1).sum().ToDouble());
        Assert.All(Enumerable.Range(0, 14), k => Assert.True(
            inside[k] > 0.012 && inside[k] > 1.5 * outside[k], $"{ChestXray14.Labels[k]}: inside {inside[k]:F4}, outside {outside[k]:F4}"));
    }

    [Fact]
    public void Captions_name_every_label_that_holds_and_no_other()
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestXray14().Render(300, 16, new Generator(3));

        for (var i = 0; i < batch.Count; i++)
        {
            for (var k = 0; k < 14; k++)
            {
                var name = ChestXray14.Labels[k].Replace('_', ' ');
                Assert.Equal(Findings(batch)[i, k].ToSingle() > 0, batch.Captions[i].Contains(name, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    [Fact]
    public void Findings_of_another_form_are_refused()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4);

        Assert.Throws<ArgumentException>(() => new ChestXray14().Render(zeros(3, 13), 32, random));
        Assert.Throws<ArgumentException>(() => new ChestXray14().Render(full([3, 14], 0.5f), 32, random));
    }

    [Fact]
    public void Tuberculosis_lies_in_the_upper_half_of_the_lungs_and_healthy_chests_have_none()
    {
        using var scope = NewDisposeScope();
        using var batch = new TuberculosisWorld().Render(arange(40, dtype: ScalarType.Int64).remainder(2), 64, new Generator(5));
        var mask = Masks(batch).narrow(1, 0, 1);
        var lungs = Masks(batch).narrow(1, 1, 2).sum([1], keepdim: true);
        var row = arange(64, dtype: ScalarType.Float32).view(1, 1, 64, 1);
        Tensor Height(Tensor area) => (area * row).sum([1, 2, 3]) / area.sum([1, 2, 3]);

        var ill = batch.Labels.eq(1);

        Assert.Equal(0, mask[batch.Labels.eq(0)].sum().ToDouble());
        Assert.True(Height(mask)[ill].lt(Height(lungs)[ill]).all().ToBoolean());
    }

    private static Tensor Findings(WorldBatch batch) => batch.Findings ?? throw new InvalidOperationException("No findings.");

    private static Tensor Masks(WorldBatch batch) => batch.Masks ?? throw new InvalidOperationException("No masks.");
}
