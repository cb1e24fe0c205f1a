using RobustVlm.Data.Chest;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

public sealed class ChestAnatomyTests
{
    [Fact]
    public void Organs_do_not_overlap_and_the_left_lung_is_on_the_right_of_the_picture()
    {
        using var scope = NewDisposeScope();
        using var batch = Render(Finding.Normal, RadiographShift.None);
        var organs = Organs(batch);

        var column = arange(64, dtype: ScalarType.Float32).view(1, 1, 1, 64);
        var middle = (organs * column).sum([2, 3]) / organs.sum([2, 3]);

        Assert.Equal(1, organs.sum([1]).max().ToSingle());
        Assert.True(middle.select(1, 1).gt(middle.select(1, 2)).all().ToBoolean());
        Assert.True(middle.select(1, 2).gt(middle.select(1, 0)).all().ToBoolean());
        Assert.InRange(organs.narrow(1, 0, 2).sum([1]).mean().ToDouble(), 0.12, 0.5);
    }

    [Fact]
    public void An_enlarged_heart_has_a_larger_mask_which_is_that_of_the_finding_above_the_diaphragm()
    {
        using var scope = NewDisposeScope();
        using var normal = Render(Finding.Normal, RadiographShift.None);
        using var ill = Render(Finding.Cardiomegaly, RadiographShift.None);

        var heart = Organs(ill).narrow(1, 2, 1);

        Assert.True(heart.sum().ToDouble() > 1.3 * Organs(normal).narrow(1, 2, 1).sum().ToDouble());
        Assert.Equal(0, (heart * (1 - ill.Masks)).sum().ToDouble());
    }

    [Fact]
    public void Selection_keeps_the_organs()
    {
        using var scope = NewDisposeScope();
        using var batch = Render(Finding.Normal, RadiographShift.None);
        using var some = batch.Select([5, 1]);

        Assert.True(Organs(batch)[5].Equals(Organs(some)[0]));
    }

    [Fact]
    public void An_old_film_has_little_contrast_and_the_same_masks()
    {
        using var scope = NewDisposeScope();
        using var usual = Render(Finding.Nodule, RadiographShift.None);
        using var film = Render(Finding.Nodule, RadiographShift.OldFilm);

        Assert.True(film.Masks.Equals(usual.Masks));
        Assert.True(Spread(film.Images) < 0.65 * Spread(usual.Images), $"{Spread(film.Images)} against {Spread(usual.Images)}");
    }

    [Fact]
    public void A_noisy_bedside_unit_turns_the_patient_and_adds_noise()
    {
        using var scope = NewDisposeScope();
        using var usual = Render(Finding.Nodule, RadiographShift.None);
        using var noisy = Render(Finding.Nodule, RadiographShift.NoisyBedside);

        Assert.False(noisy.Masks.Equals(usual.Masks));
        Assert.True(noisy.Sides.Equals(usual.Sides));
        Assert.True(Roughness(noisy.Images) > 2 * Roughness(usual.Images));

        static double Roughness(Tensor images) => diff(images, 2).abs().median().ToDouble();
    }

    private static PhantomBatch Render(Finding finding, RadiographShift shift) =>
        new ChestPhantom(new ChestPhantomOptions { Shift = shift, AnatomyMasks = true }).Render(PhantomSample.Labels(20, finding), new Generator(31));

    private static Tensor Organs(PhantomBatch batch) => batch.Anatomy ?? throw new InvalidOperationException("No organs were drawn.");

    private static double Spread(Tensor images) => images.flatten(1).std(1).mean().ToDouble();
}
