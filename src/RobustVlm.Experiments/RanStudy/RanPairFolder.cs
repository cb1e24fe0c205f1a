using System.Globalization;
using System.Text;
using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Sets;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Pairs of image and report that were read from a folder in the layout of MIMIC-CXR or of ROCO.</summary>
/// <param name="Set">The opened set.</param>
/// <param name="Images">Float tensor [N, C, S, S], pixels in [0, 1], to train on.</param>
/// <param name="Captions">One caption for each.</param>
/// <param name="Findings">Float tensor [N, K] of 0 and 1; null for a set without findings.</param>
/// <param name="TestImages">Float tensor [M, C, S, S], pixels in [0, 1].</param>
/// <param name="TestCaptions">One caption for each.</param>
/// <param name="TestFindings">Float tensor [M, K] of 0 and 1; null for a set without findings.</param>
internal sealed record RanPairFolder(
    IImageSet Set, Tensor Images, IReadOnlyList<string> Captions, Tensor? Findings, Tensor TestImages, IReadOnlyList<string> TestCaptions, Tensor? TestFindings) : IDisposable
{
    private const int ExamplePairs = 28;
    private const int ExampleTest = 12;

    /// <summary>Names of the sets that can be read.</summary>
    internal static IReadOnlyList<string> Layouts { get; } = ["mimic-cxr", "roco"];

    /// <summary>Reads pairs of a set.</summary>
    internal static RanPairFolder Read(Lab lab, string layout, string? folder, ClipVisionOptions encoder, RanOwnPairsOptions options)
    {
        var set = Layouts.Contains(layout) ? DataSetRegistry.Open(layout, folder, new ImageSetOptions { FrontalOnly = layout == "mimic-cxr" && HasViews(folder) })
            : throw new ArgumentException($"Pairs can be read from {string.Join(" and ", Layouts)}, not from '{layout}'.", nameof(layout));
        using var random = lab.Random("ran: own pairs");
        var (train, test) = (Choose(set, DataSplit.Train, options.MostPairs, random), Choose(set, DataSplit.Test, options.MostTest, random));
        if (train.Count < 2 || test.Count < 1)
        {
            throw new InvalidDataException($"{set.Folder} has {train.Count} pairs to train on and {test.Count} to test on; at least two and one are needed.");
        }

        var (images, findings) = Load(lab, set, train, encoder);
        var (testImages, testFindings) = Load(lab, set, test, encoder);
        return new RanPairFolder(set, images, [.. train.Select(i => Caption(set, i))], findings, testImages, [.. test.Select(i => Caption(set, i))], testFindings);
    }

    /// <summary>Writes some made pairs in a set's layout, to try the path on.</summary>
    /// <returns>The folder.</returns>
    internal static string WriteExample(Lab lab, string layout)
    {
        var folder = Path.Combine(lab.WorkFolder(RanSweep.Id), $"example-{layout}");
        using var batch = RanData.Render(lab, "example pairs", ExamplePairs + ExampleTest, new ChestPhantomOptions { Size = 64 });
        using var random = lab.Random("ran: example reports");
        var reports = SectionedReports.Write(batch, random);
        var labels = batch.Labels.cpu().data<long>().ToArray();
        var tables = new Dictionary<string, StringBuilder>();
        StringBuilder Table(string name, string head) => tables.TryGetValue(name, out var text) ? text : tables[name] = new StringBuilder(head);
        for (var i = 0; i < batch.Count; i++)
        {
            var part = i < ExamplePairs ? "train" : "test";
            var name = string.Create(CultureInfo.InvariantCulture, $"example-{i:000}");
            if (layout == "roco")
            {
                Picture(Path.Combine(folder, part, "radiology", "images", $"{name}.jpg"), batch.Images[i]);
                Table($"{part}/radiology/captions.txt", "").Append(CultureInfo.InvariantCulture, $"{name}\t {batch.Reports[i][0]}\n");
                Table("validation/radiology/captions.txt", "");
                continue;
            }

            var (subject, study) = (string.Create(CultureInfo.InvariantCulture, $"{10_000_000 + i}"), string.Create(CultureInfo.InvariantCulture, $"{50_000_000 + i}"));
            var place = Path.Combine(folder, "files", $"p{subject[..2]}", $"p{subject}");
            Picture(Path.Combine(place, $"s{study}", $"{name}.jpg"), batch.Images[i]);
            File.WriteAllText(Path.Combine(place, $"s{study}.txt"), reports[i].Text);
            Table("mimic-cxr-2.0.0-split.csv", "dicom_id,study_id,subject_id,split\n").Append(CultureInfo.InvariantCulture, $"{name},{study},{subject},{part}\n");
            Table("mimic-cxr-2.0.0-metadata.csv", "dicom_id,ViewPosition\n").Append(CultureInfo.InvariantCulture, $"{name},PA\n");
            Table("mimic-cxr-2.0.0-chexpert.csv", $"subject_id,study_id,{string.Join(',', s_findings.Select(entry => entry.Name))}\n")
                .Append(CultureInfo.InvariantCulture, $"{subject},{study},{string.Join(',', s_findings.Select(entry => (int?)entry.Finding == labels[i] ? "1.0" : ""))}\n");
        }

        foreach (var (name, text) in tables)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);   // not null: it lies in the folder
            File.WriteAllText(path, text.ToString());
        }

        return folder;
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { Images, Findings, TestImages, TestFindings }.OfType<Tensor>())
        {
            tensor.Dispose();
        }
    }

    public override string ToString() => $"{Set.Name}: {Captions.Count} pairs to train on, {TestCaptions.Count} to test on";

    // CheXpert's fourteen findings, as far as phantoms have them.
    private static readonly (string Name, Finding? Finding)[] s_findings =
    [
        ("No Finding", Finding.Normal), ("Enlarged Cardiomediastinum", null), ("Cardiomegaly", Finding.Cardiomegaly), ("Lung Opacity", null), ("Lung Lesion", Finding.Nodule),
        ("Edema", Finding.Edema), ("Consolidation", Finding.Consolidation), ("Pneumonia", null), ("Atelectasis", null), ("Pneumothorax", Finding.Pneumothorax),
        ("Pleural Effusion", Finding.PleuralEffusion), ("Pleural Other", null), ("Fracture", null), ("Support Devices", null),
    ];

    private static bool HasViews(string? folder) => folder is null || Directory.EnumerateFiles(folder, "mimic-cxr-2.0.0-metadata.csv*").Any();

    private static string Caption(IImageSet set, int index)
    {
        var text = set.ReadText(index);
        return set.Name == "mimic-cxr" ? ReportSections.Parse(text).Caption : text;
    }

    private static List<int> Choose(IImageSet set, DataSplit split, int most, Generator random)
    {
        using var scope = NewDisposeScope();
        var part = set.Part(split);
        return part.Count == 0 ? [] : [.. randperm(part.Count, dtype: ScalarType.Int64, device: random.device, generator: random).cpu().data<long>().ToArray()
            .Select(i => part[(int)i]).Where(i => Caption(set, i).Trim().Length > 0).Take(most)];
    }

    private static (Tensor Images, Tensor? Findings) Load(Lab lab, IImageSet set, List<int> chosen, ClipVisionOptions encoder)
    {
        var transform = ImageTransform.Clip(encoder.ImageSize) with { Grey = encoder.Channels == 1 };
        var policy = new LabelPolicy { Uncertain = UnclearFinding.AsZero };
        var batch = new ImageLoader(set, chosen, new ImageLoaderOptions { Transform = transform, Policy = policy }).ReadAll();

        // A set whose table of findings is missing says nothing about any image; as zeros that would be a label.
        var hasFindings = chosen.Any(i => set.Items[i].Findings.Any(finding => !float.IsNaN(finding)));
        if (!hasFindings)
        {
            batch.Labels.Dispose();
        }

        return (batch.Images.to(lab.Device), hasFindings ? batch.Labels.to(lab.Device) : null);
    }

    private static void Picture(string path, Tensor image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);   // not null: it lies in the folder
        using var shown = image.cpu();
        ImageFile.Write(path, shown);
    }
}
