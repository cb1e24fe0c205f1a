using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>A set made of a list and the places of its pixels, masks and texts: what every layout opens into.</summary>
internal sealed class ImageSet : IImageSet
{
    private readonly List<string> _notes = [];

    internal ImageSet(DataSetInfo info, string folder, IReadOnlyList<string> classes, IReadOnlyList<ImageItem> items, PixelSource pixels)
    {
        (Name, Task, Licence, Folder, Classes, Pixels) = (info.Name, info.Task, info.Licence, folder, classes, pixels);
        if (items.Count == 0)
        {
            throw new InvalidDataException($"{folder} lists no image of {info.Title}; expected is {info.Layout}");
        }

        Items = KeepPatientsApart(items, _notes);
    }

    public string Name { get; }

    public ImageTask Task { get; init; }

    public string Licence { get; init; }

    public string Folder { get; }

    public IReadOnlyList<string> Classes { get; }

    public int Count => Items.Count;

    public IReadOnlyList<ImageItem> Items { get; }

    public IReadOnlyList<string> Notes => _notes;

    internal PixelSource Pixels { get; }

    internal MaskSource? Masks { get; init; }

    internal Func<int, string>? Texts { get; init; }

    internal ImageSet WithNote(string note)
    {
        _notes.Add(note);
        return this;
    }

    public Tensor ReadImage(int index, ImageTransform? transform = null)
    {
        CheckIndex(index);
        transform ??= ImageTransform.Original();
        transform.Check();
        using var image = Pixels.Read(index, transform.Upright);
        return image.ToTensor(transform);
    }

    public Tensor ReadMask(int index, ImageTransform? transform = null)
    {
        using var mask = OpenMask(index);
        transform ??= ImageTransform.Original();
        transform.Check();
        return mask.ToTensor(transform with { Grey = true, Interpolation = ImageInterpolation.Nearest });
    }

    public string ReadText(int index)
    {
        CheckIndex(index);
        return Texts?.Invoke(index) ?? Items[index].Text;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}: {Count} images, {Classes.Count} classes ({string.Join(", ", Items.GroupBy(item => item.Split).OrderBy(group => group.Key).Select(group => $"{group.Key} {group.Count()}"))}); {Licence}";

    internal DecodedImage OpenMask(int index)
    {
        CheckIndex(index);
        if (Masks is null || !Items[index].HasMask)
        {
            throw new InvalidOperationException($"{Items[index].Key} of {Name} has no mask; look at HasMask first.");
        }

        try
        {
            var (pixels, height, width) = Masks.Read(index, () =>
            {
                using var image = Pixels.Read(index, upright: false);
                return (image.Height, image.Width);
            });
            return DecodedImage.FromBytes(pixels, width, height, channels: 1);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new InvalidDataException($"The mask of {Items[index].Key} in {Folder} is damaged: {e.Message}; copy its table again.", e);
        }
    }

    private void CheckIndex(int index)
    {
        if (index < 0 || index >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has the images 0 to {Count - 1}.");
        }
    }

    // A leak would raise every reported number, so what is held back wins.
    internal static IReadOnlyList<ImageItem> KeepPatientsApart(IReadOnlyList<ImageItem> items, List<string> notes)
    {
        var parts = new Dictionary<string, DataSplit>();
        var mixed = false;
        foreach (var item in items.Where(item => item.Patient.Length > 0 && item.Split != DataSplit.Unassigned))
        {
            if (parts.TryGetValue(item.Patient, out var part) && part != item.Split)
            {
                mixed = true;
                parts[item.Patient] = part > item.Split ? part : item.Split;
            }
            else
            {
                parts[item.Patient] = item.Split;
            }
        }

        if (!mixed)
        {
            return items;
        }

        var moved = 0;
        var result = new ImageItem[items.Count];
        for (var i = 0; i < result.Length; i++)
        {
            var item = items[i];
            var leaks = item.Patient.Length > 0 && item.Split != DataSplit.Unassigned && parts[item.Patient] != item.Split;
            result[i] = leaks ? item with { Split = DataSplit.Unassigned } : item;
            moved += leaks ? 1 : 0;
        }

        notes.Add($"{moved} images were taken out of their official part, since other images of the same patients are in a part that is held back.");
        return result;
    }
}
