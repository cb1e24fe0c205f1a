using RobustVlm.Data.Chest;
using RobustVlm.Data.Worlds;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Worlds;

public sealed class MedicalWorldTests
{
    [Fact]
    public void The_catalogue_has_the_medical_worlds()
    {
        Assert.Equal(["chest", "tuberculosis", "blood", "fundus", "mammogram", "skin"], WorldCatalog.Medical.Select(world => world.Name));
        Assert.Equal([1, 1, 3, 3, 1, 3], WorldCatalog.Medical.Select(world => world.Channels));
    }

    [Theory]
    [InlineData("blood", 4)]
    [InlineData("fundus", 2)]
    [InlineData("mammogram", 2)]
    [InlineData("skin", 2)]
    public void Neighbouring_pictures_belong_to_one_patient(string name, int perPatient)
    {
        using var batch = WorldCatalog.Find(name).Render(9, 16, new Generator(1));

        Assert.Equal(Enumerable.Range(0, 9).Select(i => (long)(i / perPatient)), batch.Patients?.data<long>().ToArray());
    }

    [Fact]
    public void Both_breasts_of_a_patient_are_alike_in_size()
    {
        using var scope = NewDisposeScope();
        using var batch = WorldCatalog.Find("mammogram").Render(zeros(120, dtype: ScalarType.Int64), 32, new Generator(2));
        var area = Masks(batch).select(1, 0).sum([1, 2]).view(60, 2);

        var within = (area.select(1, 0) - area.select(1, 1)).abs().mean().ToDouble();
        var between = (area.select(1, 0) - area.select(1, 1).roll(1, 0)).abs().mean().ToDouble();

        Assert.True(within < 0.6 * between, $"Within {within}, between {between}.");
    }

    [Fact]
    public void Nuclei_lie_in_white_cells_and_fill_a_lymphocyte_most()
    {
        using var scope = NewDisposeScope();
        using var batch = WorldCatalog.Find("blood").Render(Balanced(4, 20), 64, new Generator(3));
        var (cell, nucleus) = (Masks(batch).select(1, 0), Masks(batch).select(1, 1));

        var share = (nucleus.sum([1, 2]) / cell.sum([1, 2])).view(4, 20).mean([1]).data<float>().ToArray();

        Assert.Equal(0, (nucleus * (1 - cell)).sum().ToDouble());
        Assert.True(share[1] > share[2] && share[2] > share[0] && share[2] > share[3], string.Join(", ", share));
        Assert.True(share[0] > 0.15);
    }

    [Theory]
    [InlineData("fundus", 4, 1)]
    [InlineData("mammogram", 4, 1)]
    [InlineData("skin", 7, 0)]
    public void Lesions_are_where_the_label_says_so(string name, int classes, int channel)
    {
        using var scope = NewDisposeScope();
        using var batch = WorldCatalog.Find(name).Render(Balanced(classes, 10), 48, new Generator(4));
        var area = Masks(batch).select(1, channel).sum([1, 2]).view(classes, 10);

        var healthy = name == "skin" ? 0 : 1;
        Assert.Equal(0, area.narrow(0, 0, healthy).sum().ToDouble());
        Assert.True(area.narrow(0, healthy, classes - healthy).min().ToDouble() > 0);
    }

    [Fact]
    public void Captions_give_the_side_of_eye_and_breast()
    {
        using var scope = NewDisposeScope();
        using var eyes = WorldCatalog.Find("fundus").Render(zeros(120, dtype: ScalarType.Int64), 48, new Generator(5));
        using var breasts = WorldCatalog.Find("mammogram").Render(zeros(120, dtype: ScalarType.Int64), 48, new Generator(6));

        // The disc of a right eye and the chest wall of a right breast lie on the right of the picture.
        Assert.True(Agreement(eyes) > 0.85);
        Assert.Equal(1, Agreement(breasts));
    }

    [Fact]
    public void Grades_in_captions_fit_the_class()
    {
        string[][] fitting = [["1"], ["2", "3"], ["4", "5"], ["4"]];
        using var batch = WorldCatalog.Find("mammogram").Render(Balanced(4, 30), 16, new Generator(7));
        var graded = batch.Captions.Select((caption, i) => (caption, Label: i / 30)).Where(one => one.caption.Contains("BI-RADS", StringComparison.Ordinal)).ToArray();

        Assert.True(graded.Length > 20);
        Assert.All(graded, one => Assert.Contains(one.caption[^2..^1], fitting[one.Label]));
    }

    [Fact]
    public void The_chest_world_gives_the_phantoms_pictures_reports_and_organs()
    {
        using var scope = NewDisposeScope();
        var labels = arange(14, dtype: ScalarType.Int64).remainder(7);
        using var world = new ChestWorld().Render(labels, 48, new Generator(8));
        using var phantom = new ChestPhantom(new ChestPhantomOptions { Size = 48 }).Render(labels, new Generator(8));

        Assert.True(world.Images.Equals(phantom.Images));
        Assert.Equal(phantom.Reports.Select(reports => reports[0]), world.Captions);
        Assert.Equal(["finding", "right lung", "left lung", "heart"], world.MaskNames);
        Assert.True(Masks(world).narrow(1, 0, 1).Equals(phantom.Masks));
    }

    private static double Agreement(WorldBatch batch)
    {
        var column = arange(48, dtype: ScalarType.Float32).view(1, 1, 48);
        var mask = Masks(batch).select(1, 0);
        var onRight = ((mask * column).sum([1, 2]) / mask.sum([1, 2])).gt(23.5).data<bool>().ToArray();
        var told = batch.Captions.Zip(onRight).Where(pair => pair.First.Contains("left", StringComparison.Ordinal) || pair.First.Contains("right", StringComparison.Ordinal)).ToArray();
        return told.Average(pair => pair.First.Contains("right", StringComparison.Ordinal) == pair.Second ? 1.0 : 0);
    }

    private static Tensor Balanced(int classes, int each) => arange(classes, dtype: ScalarType.Int64).repeat_interleave(each);

    private static Tensor Masks(WorldBatch batch) => batch.Masks ?? throw new InvalidOperationException("No masks.");
}
