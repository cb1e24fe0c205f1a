using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>A benchmark's corruptions with the parameters of its image size.</summary>
/// <remarks>
/// Left out in every set, for all models alike: frost (needs the authors' photographs), spatter (outside the mean error, needs edge
/// detection), stain deposit (needs the authors' ink masks) and characters (need a font). ImageMagick's motion blur is computed here.
/// </remarks>
public sealed class CorruptionSet
{
    /// <summary>Number of severities.</summary>
    public const int Severities = 5;

    private const int SmallSide = 48;
    private const int LargeSide = 144;

    private readonly Dictionary<(string Name, int Severity), Corruption> _corruptions;
    private readonly IReadOnlyList<string> _extra;

    internal CorruptionSet(string name, IEnumerable<Corruption> corruptions, IReadOnlyList<string> extra)
    {
        All = [.. corruptions];
        (Name, _extra) = (name, extra);
        _corruptions = All.ToDictionary(corruption => (corruption.Name, corruption.Severity));
        Names = [.. All.Select(corruption => corruption.Name).Distinct()];
    }

    /// <summary>The parameters of ImageNet-C, for images of about 224 pixels.</summary>
    public static CorruptionSet ImageNetC { get; } = CommonCorruptions.ImageNetC();

    /// <summary>The parameters of Tiny ImageNet-C, for images of about 64 pixels.</summary>
    public static CorruptionSet TinyImageNetC { get; } = CommonCorruptions.TinyImageNetC();

    /// <summary>The parameters of CIFAR-10-C, for images of about 32 pixels.</summary>
    public static CorruptionSet CifarC { get; } = CommonCorruptions.CifarC();

    /// <summary>MedMNIST-C, one set for each data set, for images of 224 pixels (Di Salvo, Doerrich and Ledig 2024, arXiv:2406.17536).</summary>
    public static IReadOnlyDictionary<string, CorruptionSet> MedMnistC { get; } = MedMnistCorruptions.All();

    /// <summary>Name of the set.</summary>
    public string Name { get; }

    /// <summary>Names of its corruptions.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Those that the mean corruption error is taken over; ImageNet-C's extra ones are not among them.</summary>
    public IReadOnlyList<string> NamesOfMean => [.. Names.Except(_extra)];

    /// <summary>Every corruption at every severity.</summary>
    public IReadOnlyList<Corruption> All { get; }

    /// <summary>One corruption.</summary>
    /// <param name="name">Its name, e.g. <c>fog</c>.</param>
    /// <param name="severity">1 to 5.</param>
    /// <exception cref="ArgumentException">There is no such corruption.</exception>
    public Corruption this[string name, int severity]
    {
        get
        {
            if (severity is < 1 or > Severities)
            {
                throw new ArgumentOutOfRangeException(nameof(severity), $"Severities go from 1 (mild) to {Severities} (strong), not {severity}.");
            }

            return _corruptions.TryGetValue((name, severity), out var corruption)
                ? corruption
                : throw new ArgumentException($"{Name} has no corruption '{name}'; choose from {string.Join(", ", Names)}.", nameof(name));
        }
    }

    /// <summary>The set whose parameters were made for images of about this size.</summary>
    /// <param name="side">Height or width in pixels.</param>
    public static CorruptionSet For(long side) => side < SmallSide ? CifarC : side < LargeSide ? TinyImageNetC : ImageNetC;

    /// <summary>The set whose parameters were made for images of about this size.</summary>
    /// <param name="images">Float tensor [N, C, H, W].</param>
    public static CorruptionSet For(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return For(images.shape[^1]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {string.Join(", ", Names)}; {Severities} severities";
}
