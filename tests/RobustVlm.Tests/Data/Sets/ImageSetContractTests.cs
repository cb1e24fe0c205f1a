using RobustVlm.Data;
using RobustVlm.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Sets;

/// <summary>What every registered set promises, on tiny copies with the true layout.</summary>
public sealed class ImageSetContractTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-sets-").FullName;

    public static TheoryData<string> Sets => [.. DataSetRegistry.All.Select(info => info.Name)];

    public static TheoryData<string> SetsOfFiles => [.. DataSetRegistry.All.Select(info => info.Name).Where(name => !name.EndsWith("mnist", StringComparison.Ordinal) && name is not ("cifar10" or "cifar100" or "stl10" or "pcam"))];

    public static TheoryData<string> SetsWithTables => [.. SampleSets.All.Where(entry => entry.Value.Table.Length > 0).Select(entry => entry.Key)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Sets))]
    public void Opens_with_the_right_number_of_images_and_classes(string name)
    {
        var set = Open(name);

        Assert.Equal(SampleSets.All[name].Images, set.Count);
        Assert.Equal(SampleSets.All[name].Classes, set.Classes.Count);
        Assert.Equal(set.Classes.Count, set.Classes.Distinct().Count());
        Assert.Equal(set.Count, set.Items.Select(item => item.Key).Distinct().Count());
        Assert.NotEmpty(set.Licence);
        Assert.Contains(name, set.ToString(), StringComparison.Ordinal);
        Assert.All(set.Items, item => Assert.InRange(item.Label, -1, set.Classes.Count - 1));
        Assert.All(set.Items, item => Assert.True(item.Findings.Count == 0 || item.Findings.Count == set.Classes.Count));
    }

    [Theory, MemberData(nameof(Sets))]
    public void Images_lie_between_0_and_1(string name)
    {
        using var scope = NewDisposeScope();
        var set = Open(name);

        for (var i = 0; i < set.Count; i++)
        {
            var image = set.ReadImage(i);

            Assert.Equal(3, image.shape[0]);
            Assert.InRange(image.min().ToDouble(), 0, 0.5);
            Assert.InRange(image.max().ToDouble(), 0.5, 1);
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Masks_have_the_image_s_size_and_two_values(string name)
    {
        using var scope = NewDisposeScope();
        var set = Open(name);

        foreach (var i in Enumerable.Range(0, set.Count).Where(i => set.Items[i].HasMask))
        {
            var mask = set.ReadMask(i, new ImageTransform { Size = 16 });

            Assert.Equal([1, 16, 16], mask.shape);
            Assert.True(mask.eq(0).logical_or(mask.eq(1)).all().ToBoolean());
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void No_patient_is_in_two_parts(string name)
    {
        var set = Open(name);
        using var random = new Generator(1);

        var official = set.Items.Where(item => item.Patient.Length > 0 && item.Split != DataSplit.Unassigned).GroupBy(item => item.Patient);
        Assert.All(official, patient => Assert.Single(patient.Select(item => item.Split).Distinct()));

        var own = set.SplitByPatient(0, 0.5, random);
        string Patient(int i) => set.Items[i].Patient.Length > 0 ? set.Items[i].Patient : set.Items[i].Key;
        Assert.Empty(own.Train.Select(Patient).Intersect(own.Test.Select(Patient)));
        Assert.Equal(set.Count, own.Train.Count + own.Test.Count);
    }

    [Theory, MemberData(nameof(Sets))]
    public void The_loader_gives_the_same_images(string name)
    {
        using var scope = NewDisposeScope();
        var set = Open(name);
        var transform = new ImageTransform { Size = 12 };

        using var batch = new ImageLoader(set, options: new ImageLoaderOptions { Transform = transform, Threads = 2, BatchSize = 3 }).ReadAll();

        Assert.Equal(Enumerable.Range(0, set.Count), batch.Indices);
        for (var i = 0; i < set.Count; i++)
        {
            Assert.True(batch.Images[i].SameAs(set.ReadImage(i, transform)));
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void A_missing_folder_is_answered_with_address_licence_layout_and_place(string name)
    {
        var info = DataSetRegistry.Find(name);

        var message = Assert.Throws<DirectoryNotFoundException>(() => DataSetRegistry.Open(name, Path.Combine(_folder, "none"))).Message;

        string[] source = info.Images > 0 ? [info.Address, info.Licence] : [];   // one's own images come from nowhere
        Assert.All([.. source, info.Layout, info.Variable, DataSetRegistry.RootVariable, "none"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(SetsWithTables))]
    public void A_missing_table_is_named(string name)
    {
        SampleSets.All[name].Write(_folder);
        var table = SampleSets.All[name].Table;
        File.Delete(Path.Combine(_folder, table));

        var error = Assert.ThrowsAny<IOException>(() => Rethrow(() => DataSetRegistry.Open(name, _folder)));

        Assert.Contains(name == "image-table" ? "CSV" : Path.GetFileNameWithoutExtension(table).Split('_')[0], error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(SetsWithTables))]
    public void A_table_of_rubbish_is_refused_in_one_sentence(string name)
    {
        SampleSets.All[name].Write(_folder);
        var table = SampleSets.All[name].Table;
        File.WriteAllText(Path.Combine(_folder, table), "some,thing\nelse;\"altogether\n\0\n");

        var error = Assert.ThrowsAny<IOException>(() => Rethrow(() => DataSetRegistry.Open(name, _folder)));

        Assert.Contains(Path.GetFileName(table), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(SetsOfFiles))]
    public void Missing_and_cut_off_images_are_named(string name)
    {
        var set = Open(name);
        var path = Directory.EnumerateFiles(_folder, Path.GetFileName(set.Items[0].Key), SearchOption.AllDirectories).First(file => file.EndsWith(set.Items[0].Key, StringComparison.Ordinal) || name == "nih-cxr14");
        var bytes = File.ReadAllBytes(path);

        File.WriteAllBytes(path, bytes[..^(bytes.Length / 4)]);
        var cut = Assert.Throws<InvalidDataException>(() => set.ReadImage(0));
        File.Delete(path);
        var missing = Assert.Throws<FileNotFoundException>(() => set.ReadImage(0));

        Assert.Contains(Path.GetFileName(path), cut.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), missing.Message, StringComparison.Ordinal);
        var loader = new ImageLoader(set, options: new ImageLoaderOptions { Transform = new ImageTransform { Size = 8 }, SkipBadFiles = true });
        Assert.Equal(set.Count - 1, loader.Batches().Sum(batch => batch.Count));
        Assert.Contains(Path.GetFileName(path), Assert.Single(loader.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_set_has_a_sample() => Assert.Equal(DataSetRegistry.All.Select(info => info.Name).Order(), SampleSets.All.Keys.Order());

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones() =>
        Assert.Contains("chexpert", Assert.Throws<ArgumentException>(() => DataSetRegistry.Find("chexprt")).Message, StringComparison.Ordinal);

    // InvalidDataException is no IOException, but means the same here.
    private static void Rethrow(Action action)
    {
        try
        {
            action();
        }
        catch (InvalidDataException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private IImageSet Open(string name)
    {
        SampleSets.All[name].Write(_folder);
        return DataSetRegistry.Open(name, _folder);
    }
}
