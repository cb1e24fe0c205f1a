namespace RobustVlm.Data.Sets;

/// <summary>What a set says of one image, without its pixels.</summary>
/// <param name="Key">File relative to the set's folder, or a name inside a larger file.</param>
public sealed record ImageItem(string Key)
{
    /// <summary>In <see cref="Findings"/>: the radiologist or the labeller was not sure.</summary>
    public const float Uncertain = -1;

    /// <summary>In <see cref="Findings"/>: nothing is said about it.</summary>
    public const float Unknown = float.NaN;

    /// <summary>Index of the class; -1 where there is none.</summary>
    public int Label { get; init; } = -1;

    /// <summary>For each class 1 (there), 0 (not there), <see cref="Uncertain"/> or <see cref="Unknown"/>; empty for sets with one class per image.</summary>
    public IReadOnlyList<float> Findings { get; init; } = [];

    /// <summary>Caption; empty where there is none. Long reports are read by <see cref="IImageSet.ReadText"/>.</summary>
    public string Text { get; init; } = "";

    /// <summary>The patient; empty where the set does not say.</summary>
    public string Patient { get; init; } = "";

    /// <summary>The official part.</summary>
    public DataSplit Split { get; init; }

    /// <summary>Whether there is a mask.</summary>
    public bool HasMask { get; init; }

    /// <summary>Licence of this image where it differs from the set's; else empty.</summary>
    public string Licence { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString()
    {
        var findings = Findings.Count > 0 ? $", {Findings.Count(value => value == 1)} findings" : "";
        return $"{Key}: {Split}{(Label >= 0 ? $", class {Label}" : "")}{findings}{(Patient.Length > 0 ? $", patient {Patient}" : "")}{(HasMask ? ", mask" : "")}";
    }
}
