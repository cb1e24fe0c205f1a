using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>How one of PMG-AFT's sixteen sets is used for zero-shot classification (Wang et al. 2024, arXiv:2401.04350): which part, which size, which sentences.</summary>
/// <remarks>Sentences are those of the published code, the misspelt one of PatchCamelyon included. Small pictures stay in their own size and are attacked in it.</remarks>
public sealed class ZeroShotProtocol
{
    private const string Plain = "This is a photo of a {0}";
    private const string Photo = "A photo of a {0}.";

    // Where the folder's name is no phrase; the published code has these ten.
    private static readonly Dictionary<string, string> s_landUse = new()
    {
        ["AnnualCrop"] = "annual crop land",
        ["Forest"] = "a forest",
        ["HerbaceousVegetation"] = "brushland or shrubland",
        ["Highway"] = "a highway or a road",
        ["Industrial"] = "industrial buildings",
        ["Pasture"] = "pasture land",
        ["PermanentCrop"] = "permanent crop land",
        ["Residential"] = "residential buildings",
        ["River"] = "a river",
        ["SeaLake"] = "a sea or a lake",
    };

    private static readonly ImageTransform s_cropped = ImageTransform.ResizeAndCrop();

    private readonly string[] _templates;   // one for all classes, or one for each
    private readonly Func<string, string> _rename;

    private ZeroShotProtocol(string name, DataSplit split, string template, Func<string, string>? rename = null, int side = 0)
        : this(name, split, [template], rename, side)
    {
    }

    private ZeroShotProtocol(string name, DataSplit split, string[] templates, Func<string, string>? rename = null, int side = 0)
    {
        (Name, Split, _templates, _rename) = (name, split, templates, rename ?? (label => label));
        Transform = side > 0 ? ImageTransform.Clip(side) : s_cropped;
    }

    /// <summary>The sixteen sets in the paper's order.</summary>
    public static IReadOnlyList<ZeroShotProtocol> All { get; } =
    [
        new("cifar10", DataSplit.Test, Plain, side: 32),
        new("cifar100", DataSplit.Test, Plain, side: 32),
        new("stl10", DataSplit.Test, Plain, side: 96),
        new("sun397", DataSplit.Unassigned, Plain),
        new("food101", DataSplit.Test, "A photo of {0}, a type of food."),
        new("oxford-pets", DataSplit.Test, "A photo of a {0}, a type of pet."),
        new("flowers102", DataSplit.Test, "A photo of a {0}, a type of flower."),
        new("dtd", DataSplit.Test, "A surface with a {0} texture."),
        new("eurosat", DataSplit.Unassigned, "A centered satellite photo of {0}.", label => s_landUse.GetValueOrDefault(label, label)),
        new("fgvc-aircraft", DataSplit.Test, "A photo of a {0}, a type of aircraft.", label => label.StartsWith('7') ? "Boeing " + label : label) { KeepsHyphens = true },
        new("tiny-imagenet", DataSplit.Validation, Plain),
        new("imagenet", DataSplit.Validation, Plain),
        new("caltech101", DataSplit.Unassigned, Photo),
        new("caltech256", DataSplit.Unassigned, Photo, label => label.Replace("-101", "", StringComparison.Ordinal).Replace("-256", "", StringComparison.Ordinal)),
        new("stanford-cars", DataSplit.Test, Photo, WithoutYear),
        new("pcam", DataSplit.Test, ["Tthis is a photo of healthy lymph node tissue.", "This is a photo of lymph node tumor tissue."]),
    ];

    /// <summary>The set that models are fine-tuned on; its training part is used for it, and the fifteen others are zero-shot.</summary>
    public static ZeroShotProtocol Source { get; } = Find("tiny-imagenet");

    /// <summary>Short name of the set, as in <see cref="DataSetRegistry"/>.</summary>
    public string Name { get; }

    /// <summary>The part to score on; unassigned where the whole set is used.</summary>
    public DataSplit Split { get; }

    /// <summary>What is done to a picture before it is attacked.</summary>
    public ImageTransform Transform { get; }

    private bool KeepsHyphens { get; init; }

    /// <summary>Finds a set's protocol.</summary>
    /// <param name="name">Short name of the set.</param>
    /// <exception cref="ArgumentException">It is none of the sixteen.</exception>
    public static ZeroShotProtocol Find(string name) => All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new ArgumentException($"'{name}' is none of the sixteen sets; choose one of {string.Join(", ", All.Select(protocol => protocol.Name))}.", nameof(name));

    /// <summary>One sentence for each class.</summary>
    /// <param name="set">The opened set.</param>
    /// <exception cref="ArgumentException">The set is another one, or has another number of classes than there are sentences.</exception>
    public IReadOnlyList<string> Prompts(IImageSet set)
    {
        CheckSet(set);
        if (_templates.Length > 1 && _templates.Length != set.Classes.Count)
        {
            throw new ArgumentException($"{Name} has {_templates.Length} sentences, but the opened set {set.Classes.Count} classes.", nameof(set));
        }

        return [.. set.Classes.Select((label, i) => string.Format(System.Globalization.CultureInfo.InvariantCulture, _templates[_templates.Length > 1 ? i : 0], Plainly(label)))];
    }

    /// <summary>Positions of the pictures to score on.</summary>
    /// <param name="set">The opened set.</param>
    /// <param name="most">Largest number; of more, so many are drawn. Null takes all.</param>
    /// <param name="random">Source of the draw.</param>
    /// <exception cref="ArgumentException">The set is another one.</exception>
    public IReadOnlyList<int> Choose(IImageSet set, int? most, Generator random)
    {
        CheckSet(set);
        ArgumentNullException.ThrowIfNull(random);
        var part = set.Part(Split);
        if (most is not { } count || part.Count <= count)
        {
            return part;
        }

        using var scope = NewDisposeScope();
        return [.. randperm(part.Count, device: random.device, generator: random).narrow(0, 0, count).cpu().data<long>().ToArray().Order().Select(i => part[(int)i])];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: \"{_templates[0]}\", {Transform.Size} pixels";

    private static string WithoutYear(string label) => label.Length > 5 && label[^4..].All(char.IsDigit) ? label[..^5] : label;

    private string Plainly(string label)
    {
        var text = _rename(label).ToLowerInvariant().Replace('_', ' ').Trim();
        return KeepsHyphens ? text : text.Replace('-', ' ').Replace('/', ' ');
    }

    private void CheckSet(IImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.Name != Name)
        {
            throw new ArgumentException($"This is how {Name} is used, but the opened set is {set.Name}.", nameof(set));
        }
    }
}
