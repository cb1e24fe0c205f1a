using RobustVlm.Data;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private const int Images = 40;

    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-folder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_images_classes_and_split()
    {
        Write("Image,Label,Split", i => $"{i}.png,{(i % 2 == 0 ? "ill" : "well")},{(i < 30 ? "train" : "test")}");

        using var read = ImageFolder.Load(_folder, size: 8);

        Assert.Equal([Images, 1, 8, 8], read.Images.shape);
        Assert.Equal(["ill", "well"], read.Classes);
        Assert.Equal(10, read.TestCount);
        Assert.Equal(Images, read.Count);
        Assert.Empty(read.Notes);
        var (images, labels) = read.Part(test: true);
        Assert.Equal([10, 1, 8, 8], images.shape);
        Assert.Equal(5, labels.sum().ToInt64());
    }

    [Fact]
    public void Several_labels_become_two_classes_and_say_so()
    {
        Write("image,label", i => $"{i}.png,{(i < 25 ? "none" : i % 2 == 0 ? "a|b" : "b")}");

        using var read = ImageFolder.Load(_folder, size: 8);

        Assert.Equal(["none", "not none"], read.Classes);
        Assert.Contains(read.Notes, note => note.Contains("'none'", StringComparison.Ordinal));
    }

    [Fact]
    public void Rare_classes_are_left_out_and_counted()
    {
        Write("image,label", i => $"{i}.png,{(i < 3 ? "rare" : i % 2 == 0 ? "a" : "b")}");

        using var read = ImageFolder.Load(_folder, size: 8);

        Assert.Equal(["a", "b"], read.Classes);
        Assert.Equal(Images - 3, read.Count);
        Assert.Contains(read.Notes, note => note.StartsWith("3 images of 1 classes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_patient_is_never_on_both_sides()
    {
        Write("image;label;patient", i => $"{i}.png;{(i % 2 == 0 ? "a" : "b")};p{i / 4}");

        using var read = ImageFolder.Load(_folder, size: 8);

        var sides = read.Files.Zip(read.IsTest).GroupBy(pair => int.Parse(Path.GetFileNameWithoutExtension(pair.First), System.Globalization.CultureInfo.InvariantCulture) / 4);
        Assert.All(sides, patient => Assert.Single(patient.Select(image => image.Second).Distinct()));
    }

    [Fact]
    public void One_image_without_a_patient_does_not_part_the_others()
    {
        Write("image,label,patient", i => $"{i}.png,{(i % 2 == 0 ? "a" : "b")},{(i == 5 ? "" : $"p{i / 4}")}");

        using var read = ImageFolder.Load(_folder, size: 8);

        var sides = read.Files.Zip(read.IsTest).Where(pair => pair.First != "5.png").GroupBy(pair => int.Parse(Path.GetFileNameWithoutExtension(pair.First), System.Globalization.CultureInfo.InvariantCulture) / 4);
        Assert.All(sides, patient => Assert.Single(patient.Select(image => image.Second).Distinct()));
        Assert.Contains("each of 1 images without one", Assert.Single(read.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Training_images_of_test_patients_are_left_out()
    {
        Write("image,label,split,patient", i => $"{i}.png,{(i % 2 == 0 ? "a" : "b")},{(i < 30 ? "train" : "test")},p{(i is 3 or 31 ? "shared" : i)}");

        using var read = ImageFolder.Load(_folder, size: 8);

        Assert.Equal((Images - 1, 10), (read.Count, read.TestCount));
        Assert.Equal(Images - 1, read.Labels.shape[0]);
        Assert.DoesNotContain("3.png", read.Files);
        Assert.StartsWith("1 images for training were left out", Assert.Single(read.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_without_a_test_part_is_told_from_none()
    {
        Write("image,label,split", i => $"{i}.png,{(i % 2 == 0 ? "a" : "b")},{(i % 3 == 0 ? "val" : "train")}");

        using var read = ImageFolder.Load(_folder, size: 8);

        Assert.StartsWith("The table's split column does not name both", Assert.Single(read.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_ends_too_early_is_named()
    {
        Write("image,label", i => i == 7 ? "7.png" : $"{i}.png,{(i % 2 == 0 ? "a" : "b")}");

        Assert.Contains("row 9: it ends before the column 'label'", Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder, 8)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image,diagnosis", "no column 'label'; it has image, diagnosis")]
    [InlineData("file,class", "no column 'image' and 'label'")]
    [InlineData("", "is empty")]
    public void A_missing_column_is_named(string header, string part)
    {
        Write(header, _ => "");
        if (header.Length == 0)
        {
            File.WriteAllText(Path.Combine(_folder, "table.csv"), "");
        }

        var error = Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder, size: 8));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_folder_images_table_and_classes_are_told_apart()
    {
        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Load(Path.Combine(_folder, "none"), 8)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no image", Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder, 8)).Message, StringComparison.Ordinal);

        Write("image,label", i => $"{i}.png,same");
        Assert.Contains("only one class", Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder, 8)).Message, StringComparison.Ordinal);

        File.Delete(Path.Combine(_folder, "table.csv"));
        Assert.Contains("no CSV table", Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder, 8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_is_none_is_named()
    {
        Write("image,label", i => $"{i}.png,{(i % 2 == 0 ? "a" : "b")}");
        File.WriteAllText(Path.Combine(_folder, "7.png"), "not a picture");

        Assert.Contains("7.png", Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder, 8)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Real_radiographs_can_be_read()
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        Skip.If(root is null || !Directory.Exists(Path.Combine(root, "cxr-nih")), "ROBUSTVLM_REALDATA names no folder with cxr-nih.");

        using var read = ImageFolder.Load(Path.Combine(root!, "cxr-nih"), size: 64);   // not null: skipped above

        Assert.Equal(2, read.Classes.Count);
        Assert.True(read.TestCount > 50);
        Assert.InRange(read.Images.mean().ToDouble(), 0.2, 0.8);
    }

    private void Write(string header, Func<int, string> row)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        for (var i = 0; i < Images; i++)
        {
            ImageFile.Write(Path.Combine(_folder, $"{i}.png"), rand([1, 12, 12], generator: random));
        }

        File.WriteAllLines(Path.Combine(_folder, "table.csv"), Enumerable.Range(0, Images).Select(row).Prepend(header));
    }
}
