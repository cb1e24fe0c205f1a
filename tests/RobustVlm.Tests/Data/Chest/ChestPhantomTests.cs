using RobustVlm.Data.Chest;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

public sealed class ChestPhantomTests
{
    [Fact]
    public void Gives_images_masks_and_truth_in_the_documented_form()
    {
        using var scope = NewDisposeScope();
        var phantom = new ChestPhantom(new ChestPhantomOptions { Size = 48, ReportsPerImage = 3 });

        using var batch = phantom.Render(70, new Generator(1));

        Assert.Equal(70, batch.Count);
        Assert.Equal([70, 1, 48, 48], batch.Images.shape);
        Assert.Equal([70, 1, 48, 48], batch.Masks.shape);
        Assert.Equal(ScalarType.Float32, batch.Images.dtype);
        Assert.InRange(batch.Images.min().ToDouble(), 0, 0.2);
        Assert.InRange(batch.Images.max().ToDouble(), 0.8, 1);
        Assert.Equal(ScalarType.Int64, batch.Labels.dtype);
        Assert.Equal(7, batch.Labels.bincount(null).ne(0).sum().ToInt64());
        Assert.Equal(70, batch.Reports.Count);
        Assert.All(batch.Reports, reports => Assert.Equal(3, reports.Count));
    }

    [Fact]
    public void Same_seed_gives_same_images_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        var phantom = new ChestPhantom(new ChestPhantomOptions { Size = 64 });

        using var first = phantom.Render(80, new Generator(3));
        using var second = phantom.Render(80, new Generator(3));
        using var other = phantom.Render(80, new Generator(4));

        Assert.True(first.Images.Equals(second.Images));
        Assert.True(first.Masks.Equals(second.Masks));
        Assert.Equal(first.Reports, second.Reports);
        Assert.False(first.Images.Equals(other.Images));
    }

    [Fact]
    public void Same_seed_gives_the_same_patients_at_every_size()
    {
        using var scope = NewDisposeScope();
        using var labels = PhantomSample.Labels(10);
        using var large = new ChestPhantom(new ChestPhantomOptions { Size = 128 }).Render(labels, new Generator(5));
        using var small = new ChestPhantom(new ChestPhantomOptions { Size = 64 }).Render(labels, new Generator(5));
        using var others = new ChestPhantom(new ChestPhantomOptions { Size = 64 }).Render(labels, new Generator(6));

        var shrunk = nn.functional.avg_pool2d(large.Images, 2);

        var same = (shrunk - small.Images).abs().mean().ToDouble();
        var different = (shrunk - others.Images).abs().mean().ToDouble();
        Assert.True(same < 0.03, $"Mean difference {same}.");
        Assert.True(different > 3 * same, $"Other patients differ by {different}, the same ones by {same}.");
    }

    [Fact]
    public void Normal_images_have_an_empty_mask_and_no_details()
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom().Render(PhantomSample.Labels(20, Finding.Normal), new Generator(7));

        Assert.Equal(0, batch.Masks.sum().ToDouble());
        Assert.Equal(0, batch.Severities.abs().max().ToDouble());
        Assert.Equal(-1, batch.Grades.max().ToInt64());
        Assert.Equal(-1, batch.Sides.max().ToInt64());
        Assert.Equal(-1, batch.Zones.max().ToInt64());
    }

    [Theory]
    [InlineData(Finding.Cardiomegaly, 1.5)]
    [InlineData(Finding.PleuralEffusion, 8)]
    [InlineData(Finding.Consolidation, 8)]
    [InlineData(Finding.Pneumothorax, 2)]
    [InlineData(Finding.Nodule, 20)]
    [InlineData(Finding.Edema, 2)]
    public void A_finding_changes_the_image_where_the_mask_says(Finding finding, double contrast)
    {
        using var scope = NewDisposeScope();
        var phantom = new ChestPhantom(new ChestPhantomOptions { Size = 96, Site = RadiographSite.Upright });

        // The same seed makes the same patient with the same noise; only the finding is missing.
        using var healthy = phantom.Render(PhantomSample.Labels(40, Finding.Normal), new Generator(8));
        using var ill = phantom.Render(PhantomSample.Labels(40, finding), new Generator(8));

        var change = (ill.Images - healthy.Images).abs();
        var inside = (change * ill.Masks).sum() / ill.Masks.sum();
        var outside = (change * (1 - ill.Masks)).sum() / (1 - ill.Masks).sum();
        Assert.All(ill.Masks.sum([1, 2, 3]).data<float>().ToArray(), area => Assert.True(area > 0));
        Assert.True((inside / outside).ToDouble() > contrast, $"Change inside {inside.ToDouble():F4}, outside {outside.ToDouble():F4}.");
    }

    [Fact]
    public void Fluid_replaces_air_and_is_not_added_to_the_abdomen()
    {
        using var scope = NewDisposeScope();
        var phantom = new ChestPhantom(new ChestPhantomOptions { Size = 96 });
        using var healthy = phantom.Render(PhantomSample.Labels(40, Finding.Normal), new Generator(9));
        using var ill = phantom.Render(PhantomSample.Labels(40, Finding.PleuralEffusion), new Generator(9));

        var change = ill.Images - healthy.Images;

        Assert.True(((change * ill.Masks).sum() / ill.Masks.sum()).ToDouble() > 0.08);
        Assert.InRange(change[TensorIndex.Ellipsis, TensorIndex.Slice(86, 96), TensorIndex.Colon].abs().mean().ToDouble(), 0, 0.01);
    }

    [Theory]
    [InlineData(Finding.PleuralEffusion)]
    [InlineData(Finding.Consolidation)]
    [InlineData(Finding.Pneumothorax)]
    [InlineData(Finding.Nodule)]
    public void A_finding_lies_on_its_side_of_the_picture(Finding finding)
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom().Render(PhantomSample.Labels(60, finding), new Generator(10));

        var column = arange(64, dtype: ScalarType.Float32).view(1, 1, 1, 64);
        var centre = (batch.Masks * column).sum([1, 2, 3]) / batch.Masks.sum([1, 2, 3]);

        // The patient's left is on the right of the picture.
        Assert.True(centre.gt(32).Equals(batch.Sides.eq((long)BodySide.Left)));
    }

    [Theory]
    [InlineData(Finding.Consolidation)]
    [InlineData(Finding.Nodule)]
    public void Zones_follow_each_other_from_top_to_bottom(Finding finding)
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom().Render(PhantomSample.Labels(90, finding), new Generator(11));

        var row = arange(64, dtype: ScalarType.Float32).view(1, 1, 64, 1);
        var height = (batch.Masks * row).sum([1, 2, 3]) / batch.Masks.sum([1, 2, 3]);
        var means = Enum.GetValues<LungZone>().Select(zone => height[batch.Zones.eq((long)zone)].mean().ToDouble()).ToArray();

        Assert.True(means[1] - means[0] > 5 && means[2] - means[1] > 5, string.Join(", ", means));
    }

    [Theory]
    [InlineData(Finding.Cardiomegaly)]
    [InlineData(Finding.PleuralEffusion)]
    [InlineData(Finding.Pneumothorax)]
    [InlineData(Finding.Nodule)]
    [InlineData(Finding.Edema)]
    public void Severe_findings_are_larger_than_mild_ones(Finding finding)
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom().Render(PhantomSample.Labels(60, finding), new Generator(12));

        var area = batch.Masks.sum([1, 2, 3]);
        var mild = area[batch.Grades.eq((long)Severity.Mild)].mean().ToDouble();
        var severe = area[batch.Grades.eq((long)Severity.Severe)].mean().ToDouble();

        Assert.True(severe > 1.2 * mild, $"Severe {severe}, mild {mild} pixels.");
    }

    [Fact]
    public void Grades_are_thirds_of_the_severity_scale()
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16, LeastSeverity = 0 }).Render(300, new Generator(13));

        var ill = batch.Labels.ne(0);
        var expected = (batch.Severities[ill] * 3).floor().to(ScalarType.Int64);

        Assert.True(expected.Equals(batch.Grades[ill]));
    }

    [Fact]
    public void Portable_radiographs_are_noisier_and_have_a_wider_heart()
    {
        using var scope = NewDisposeScope();
        using var labels = PhantomSample.Labels(60, Finding.Cardiomegaly);
        using var upright = new ChestPhantom(new ChestPhantomOptions { Site = RadiographSite.Upright }).Render(labels, new Generator(14));
        using var portable = new ChestPhantom(new ChestPhantomOptions { Site = RadiographSite.Portable }).Render(labels, new Generator(14));

        Assert.True(Roughness(portable.Images) > 1.5 * Roughness(upright.Images));
        Assert.True(portable.Masks.sum().ToDouble() > upright.Masks.sum().ToDouble());
        Assert.Equal(1, portable.Sites.min().ToInt64());
        Assert.Equal(0, upright.Sites.max().ToInt64());

        // Second differences of neighbouring pixels: large for noise, small for anatomy.
        static double Roughness(Tensor images) => diff(images, 2).abs().median().ToDouble();
    }

    [Fact]
    public void Images_of_one_patient_share_the_anatomy_only()
    {
        using var scope = NewDisposeScope();
        using var labels = PhantomSample.Labels(9, Finding.Normal);
        using var batch = new ChestPhantom(new ChestPhantomOptions { ImagesPerPatient = 4 }).Render(labels, new Generator(15));

        Assert.Equal([0L, 0, 0, 0, 1, 1, 1, 1, 2], batch.Patients.data<long>().ToArray());
        Assert.False(batch.Images[0].Equals(batch.Images[1]));
    }

    [Fact]
    public void Rendering_leaves_no_tensor_behind_but_those_of_the_batch()
    {
        var phantom = new ChestPhantom(new ChestPhantomOptions { Size = 32 });
        using var random = new Generator(16);
        phantom.Render(300, random).Dispose();
        var before = TensorCount.Now();

        var batch = phantom.Render(300, random);
        var during = TensorCount.Now();
        batch.Dispose();
        var after = TensorCount.Now();

        Assert.Equal(before + 9, during);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Selection_keeps_images_truth_and_reports_together()
    {
        using var scope = NewDisposeScope();
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16 }).Render(12, new Generator(17));

        using var some = batch.Select([7, 2]);

        Assert.Equal(2, some.Count);
        Assert.True(batch.Images[7].Equals(some.Images[0]));
        Assert.Equal(batch.Labels[2].ToInt64(), some.Labels[1].ToInt64());
        Assert.Equal(batch.Reports[7], some.Reports[0]);
        Assert.Throws<ArgumentException>(() => batch.Select([12]));
        Assert.Throws<ArgumentException>(() => batch.Select([]));
    }

    [Fact]
    public void Progress_ends_at_one()
    {
        var shares = new List<double>();
        using var random = new Generator(18);

        using var batch = new ChestPhantom().Render(150, random, progress: shares.Add);

        Assert.True(shares.Count > 1);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public void Bad_input_is_refused_in_words()
    {
        using var scope = NewDisposeScope();
        var phantom = new ChestPhantom();
        using var random = new Generator(19);

        Assert.Throws<ArgumentOutOfRangeException>(() => phantom.Render(0, random));
        Assert.Contains("long tensor", Assert.Throws<ArgumentException>(() => phantom.Render(zeros(3), random)).Message, StringComparison.Ordinal);
        Assert.Contains("0 to 6", Assert.Throws<ArgumentException>(() => phantom.Render(full(3, 7, dtype: ScalarType.Int64), random)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChestPhantom(new ChestPhantomOptions { Size = 8 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChestPhantom(new ChestPhantomOptions { LeastSeverity = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChestPhantom(new ChestPhantomOptions { ImagesPerPatient = 0 }));
    }
}
