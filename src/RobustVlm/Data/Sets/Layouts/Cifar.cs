using System.Text;
using RobustVlm.Engine;

namespace RobustVlm.Data.Sets.Layouts;

/// <summary>CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in Python's pickles, of which only data are read, or in the binary version.</summary>
internal static class Cifar
{
    private const int Side = 32;
    private const int ImageBytes = 3 * Side * Side;

    internal static ImageSet Ten(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("cifar-10-batches-py", "cifar-10-batches-bin");
        var train = Enumerable.Range(1, 5).Select(i => $"data_batch_{i}").ToArray();
        return folder.Has("data_batch_1.bin")
            ? Binary(folder, [.. train.Select(name => name + ".bin")], "test_batch.bin", folder.Lines("batches.meta.txt"), labelBytes: 1)
            : Pickled(folder, train, "test_batch", "labels", "batches.meta", "label_names");
    }

    internal static ImageSet Hundred(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("cifar-100-python", "cifar-100-binary");
        return folder.Has("train.bin")
            ? Binary(folder, ["train.bin"], "test.bin", folder.Lines("fine_label_names.txt"), labelBytes: 2)
            : Pickled(folder, ["train"], "test", "fine_labels", "meta", "fine_label_names");
    }

    private static ImageSet Pickled(SetFolder folder, string[] train, string test, string labelKey, string meta, string namesKey)
    {
        if (Entry(Pickle(folder, meta), namesKey) is not List<object?> names)
        {
            throw folder.Wrong(meta, $"has no list '{namesKey}'");
        }

        var classes = names.Select(name => AsText(name)).ToArray();
        var (items, blocks) = (new List<ImageItem>(), new List<byte[]>());
        foreach (var (file, split) in train.Select(name => (name, DataSplit.Train)).Append((test, DataSplit.Test)))
        {
            var content = Pickle(folder, file);
            var data = AsBytes(Entry(content, "data")) ?? throw folder.Wrong(file, "has no pixels in 'data'");
            if (Entry(content, labelKey) is not List<object?> labels || data.Length != (long)labels.Count * ImageBytes)
            {
                throw folder.Wrong(file, $"has not as many labels in '{labelKey}' as images of {ImageBytes} bytes");
            }

            for (var i = 0; i < labels.Count; i++)
            {
                items.Add(new ImageItem($"{file}/{i}") { Label = Checked(folder, file, labels[i] is long label ? label : -1, classes.Length), Split = split });
                blocks.Add(data);
            }
        }

        int[] starts = [.. items.Select(item => int.Parse(item.Key[(item.Key.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture))];
        var pixels = new ArrayPixels((i, target) => blocks[i].AsSpan(starts[i] * ImageBytes, ImageBytes).CopyTo(target), (Side, Side, 3), SampleOrder.Planes);
        return new ImageSet(folder.Info, folder.Path, classes, items, pixels) { Task = folder.Info.Task };
    }

    private static ImageSet Binary(SetFolder folder, string[] train, string test, IReadOnlyList<string> classes, int labelBytes)
    {
        var (items, places) = (new List<ImageItem>(), new List<(RecordFile File, int Record)>());
        foreach (var (name, split) in train.Select(name => (name, DataSplit.Train)).Append((test, DataSplit.Test)))
        {
            var file = new RecordFile(folder.Required(name), labelBytes + ImageBytes);
            var label = new byte[1];
            for (var i = 0; i < file.Count; i++)
            {
                file.Read(i, labelBytes - 1, label);   // CIFAR-100 puts the coarse label first
                items.Add(new ImageItem($"{name}/{i}") { Label = Checked(folder, name, label[0], classes.Count), Split = split });
                places.Add((file, i));
            }
        }

        var pixels = new ArrayPixels((i, target) => places[i].File.Read(places[i].Record, labelBytes, target), (Side, Side, 3), SampleOrder.Planes);
        return new ImageSet(folder.Info, folder.Path, classes, items, pixels) { Task = folder.Info.Task };
    }

    private static int Checked(SetFolder folder, string file, long label, int classes) =>
        label >= 0 && label < classes ? (int)label : throw folder.Wrong(file, $"has the label {label}, but there are {classes} classes");

    private static object? Pickle(SetFolder folder, string file)
    {
        var path = folder.Required(file);
        var at = 0;
        return PickleReader.Read(File.ReadAllBytes(path), ref at, path);
    }

    // Written by Python 2, keys are bytes for some versions of the reader.
    private static object? Entry(object? content, string key) =>
        content is Dictionary<object, object?> dictionary ? dictionary.FirstOrDefault(entry => AsText(entry.Key) == key).Value : null;

    private static string AsText(object? value) => value as string ?? (AsBytes(value) is { } bytes ? Encoding.Latin1.GetString(bytes) : "");

    // A NumPy array is a call with its state: version, shape, type, order, bytes.
    private static byte[]? AsBytes(object? value) => value switch
    {
        byte[] bytes => bytes,
        string text => Encoding.Latin1.GetBytes(text),
        PickleCall { State: object?[] and [_, _, _, _, var content] } => AsBytes(content),
        PickleCall { Name: "_codecs.encode", Arguments: [string text, ..] } => Encoding.Latin1.GetBytes(text),
        _ => null,
    };
}
