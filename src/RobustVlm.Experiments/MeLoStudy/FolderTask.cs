using System.Globalization;
using RobustVlm.Data;
using RobustVlm.Data.Sets;
using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>A task on files: one's own folder, or one of the paper's four sets.</summary>
internal sealed class FolderTask : IDisposable
{
    private const double ValidationShare = 0.15;
    private const double TestShare = 0.25;
    private const int ExampleImages = 140;

    // A file or folder that only this layout has.
    private static readonly (string Marker, string Set)[] s_layouts =
    [
        ("CXR_png", "sz-cxr"), ("AllDICOMs", "inbreast"), ("Data_Entry_2017_v2020.csv", "nih-cxr14"), ("Data_Entry_2017.csv", "nih-cxr14"),
        ("dataset2-master", "bloodcell"), ("images/TRAIN_SIMPLE", "bloodcell"), ("images/TEST_SIMPLE", "bloodcell"), ("TEST_SIMPLE", "bloodcell"),
        ("stage_2_train_labels.csv", "rsna-pneumonia"), ("train-rle.csv", "siim-pneumothorax"), ("train_COVIDx*.txt", "covidx"), ("train_split*.txt", "covidx"),
        ("CheXpert-v1.0*", "chexpert"), ("mimic-cxr-2.0.0-split.csv*", "mimic-cxr"),
    ];

    private FolderTask(IImageSet set, IReadOnlyList<string> classes, bool severalLabels, TaskData data, IReadOnlyList<Tensor> masks, IReadOnlyList<string> notes)
    {
        (Set, Classes, HasSeveralLabels, Data, Masks, Notes) = (set, classes, severalLabels, data, masks, notes);
    }

    /// <summary>The set it was read from.</summary>
    internal IImageSet Set { get; }

    internal IReadOnlyList<string> Classes { get; }

    internal bool HasSeveralLabels { get; }

    internal TaskData Data { get; }

    /// <summary>Float tensors [N, 1, S, S] of the three parts; empty unless they were asked for.</summary>
    internal IReadOnlyList<Tensor> Masks { get; }

    /// <summary>What was left out or decided while reading.</summary>
    internal IReadOnlyList<string> Notes { get; }

    internal int Count => Data.Train.Count + Data.Validation.Count + Data.Test.Count;

    public void Dispose()
    {
        Data.Dispose();
        foreach (var masks in Masks)
        {
            masks.Dispose();
        }
    }

    public override string ToString()
    {
        using var scope = NewDisposeScope();
        var labels = cat([Data.Train.Labels, Data.Validation.Labels, Data.Test.Labels]).cpu();
        var counts = Classes.Select((name, k) => string.Create(CultureInfo.InvariantCulture, $"{name} {(HasSeveralLabels ? (long)labels.select(1, k).sum().item<float>() : labels.eq(k).sum().item<long>())}"));
        return $"{Count} images ({Data.Train.Count} to learn from, {Data.Validation.Count} to choose by, {Data.Test.Count} to test on): {string.Join(", ", counts)}";
    }

    /// <summary>Recognises the layout of a folder and opens it.</summary>
    /// <param name="folder">The folder.</param>
    internal static IImageSet Recognise(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist; name the one that holds your images.");
        }

        // CheXpert's own folder may be named, or the one around it.
        var known = Array.Find(s_layouts, layout => layout.Marker.Contains('*', StringComparison.Ordinal)
            ? Directory.EnumerateFileSystemEntries(folder, layout.Marker).Any()
            : Path.Exists(Path.Combine(folder, layout.Marker))).Set
            ?? (Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).StartsWith("CheXpert-v1.0", StringComparison.OrdinalIgnoreCase) ? "chexpert" : null);
        return DataSetRegistry.Open(known ?? (Directory.EnumerateFiles(folder, "*.csv").Any() ? "image-table" : "image-folder"), folder);
    }

    /// <summary>Reads the images of a set into memory, in three parts without a shared patient.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="set">The set.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="grey">Whether images have one channel.</param>
    /// <param name="masks">Whether masks are read too; all images of the set need one.</param>
    internal static FolderTask Read(Lab lab, IImageSet set, int imageSize, Action<double> progress, bool grey = false, bool masks = false)
    {
        var notes = new List<string>(set.Notes);
        var several = set.Task == ImageTask.MultiLabel;
        var usable = Enumerable.Range(0, set.Count).Where(i => several || set.Items[i].Label >= 0).ToArray();
        var counts = set.Classes.Select((_, k) => usable.Count(i => several ? set.Items[i].Findings[k] == 1 : set.Items[i].Label == k)).ToArray();
        var kept = Enumerable.Range(0, counts.Length).Where(k => counts[k] >= ImageFolder.SmallestClass).ToArray();
        if (kept.Length < counts.Length)
        {
            notes.Add($"Left out, since fewer than {ImageFolder.SmallestClass} images have them: {string.Join(", ", set.Classes.Where((_, k) => !kept.Contains(k)))}.");
        }

        if (kept.Length < (several ? 1 : 2))
        {
            throw new InvalidDataException($"{set.Folder} has {(kept.Length == 1 ? "one class" : "no class")} with at least {ImageFolder.SmallestClass} labelled images; two are needed to tell them apart.");
        }

        usable = several ? usable : [.. usable.Where(i => kept.Contains(set.Items[i].Label))];
        CheckMemory(set, usable.Length, imageSize);
        var (train, validation, test) = Split(lab, set, usable, notes);
        var done = 0;
        var readMasks = new List<Tensor>();
        TaskPart Part(IReadOnlyList<int> indices)
        {
            using var batch = new ImageLoader(set, indices, new ImageLoaderOptions { Transform = new ImageTransform { Size = imageSize, Grey = grey }, Masks = masks })
                .ReadAll(new Told(share => progress((done + (share * indices.Count)) / usable.Length)));
            done += indices.Count;
            if (batch.Masks is { } read)
            {
                readMasks.Add(read.to(lab.Device, copy: true).DetachFromDisposeScope());
            }

            using var scope = NewDisposeScope();
            using var map = tensor(Enumerable.Range(0, counts.Length).Select(k => (long)Array.IndexOf(kept, k)).ToArray());
            using var columns = tensor(kept.Select(k => (long)k).ToArray());
            var labels = several ? batch.Labels.index_select(1, columns).nan_to_num(0) : map.index_select(0, batch.Labels);
            return new TaskPart(batch.Images.to(lab.Device, copy: true), labels.to(lab.Device, copy: true), arange(indices.Count, dtype: ScalarType.Int64)).MoveToOuterDisposeScope();
        }

        return new FolderTask(set, [.. kept.Select(k => set.Classes[k])], several, new TaskData(Part(train), Part(validation), Part(test), 0), readMasks, notes);
    }

    /// <summary>Some drawn pictures as files, one folder per class: the same way as real images take.</summary>
    internal static string WriteExample(Lab lab)
    {
        var folder = Path.Combine(lab.WorkFolder(MeLoSweep.Id), "example-images");
        var world = WorldCatalog.Find("skin");
        using var random = lab.Random("melo: example images");
        using var scope = NewDisposeScope();
        using var batch = world.Render(ExampleImages, 96, random, CPU);
        var labels = batch.Labels.data<long>().ToArray();
        for (var i = 0; i < batch.Count; i++)
        {
            var inner = Directory.CreateDirectory(Path.Combine(folder, world.Classes[(int)labels[i]].Replace('/', '-'))).FullName;
            ImageFile.Write(Path.Combine(inner, string.Create(CultureInfo.InvariantCulture, $"lesion-{i:000}.png")), batch.Images[i]);
        }

        return folder;
    }

    private static (IReadOnlyList<int> Train, IReadOnlyList<int> Validation, IReadOnlyList<int> Test) Split(Lab lab, IImageSet set, int[] usable, List<string> notes)
    {
        int[] Of(DataSplit part) => [.. usable.Where(i => set.Items[i].Split == part)];
        var (train, validation, test) = (Of(DataSplit.Train), Of(DataSplit.Validation), Of(DataSplit.Test));
        using var random = new Generator(1);   // the division does not depend on the seed, so that seeds can be compared
        var known = usable.Any(i => set.Items[i].Patient.Length > 0);
        var (unit, doubt) = known ? ("patients", "") : ("images", " Nothing says which images are of one patient, so one may be in two parts.");
        string Patient(int i) => set.Items[i].Patient is { Length: > 0 } patient ? $"patient {patient}" : $"image {set.Items[i].Key}";
        if (train.Length == 0 || test.Length == 0)
        {
            var parts = PatientSplit.Create([.. usable.Select(Patient)], ValidationShare, TestShare, random);
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The set has no parts of its own, so {ValidationShare:P0} of the {unit} are to choose by and {TestShare:P0} to test on.{doubt}"));
            return ([.. parts.Train.Select(i => usable[i])], [.. parts.Validation.Select(i => usable[i])], [.. parts.Test.Select(i => usable[i])]);
        }

        if (validation.Length == 0)
        {
            var parts = PatientSplit.Create([.. train.Select(Patient)], 0.2, 0, random);
            notes.Add($"The set has no validation part, so a fifth of the {unit} for training are to choose by.{doubt}");
            (train, validation) = ([.. parts.Train.Select(i => train[i])], [.. parts.Validation.Select(i => train[i])]);
        }

        return (train, validation, test);
    }

    private static void CheckMemory(IImageSet set, int images, int imageSize)
    {
        const double share = 0.5;
        var needed = 12.0 * images * imageSize * imageSize;
        var there = share * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > there)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{set.Folder} has {images} images, which take {needed / 1e9:0} GB at {imageSize} pixels, more than half of this machine's memory; name a folder with fewer of them."));
        }
    }

    private sealed class Told(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
