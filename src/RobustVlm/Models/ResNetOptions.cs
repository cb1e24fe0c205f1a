namespace RobustVlm.Models;

/// <summary>Size and details of a <see cref="ResNet"/>. The defaults are a small network for images of about 64 pixels.</summary>
public sealed record ResNetOptions : IModelOptions<ResNet>, IPublishedNames
{
    /// <summary>Residual blocks of the four stages.</summary>
    public StageDepths Stages { get; init; } = new(2, 2, 2, 2);

    /// <summary>Whether blocks have three convolutions (1, 3, 1) and four times the channels at their end, instead of two.</summary>
    public bool Bottleneck { get; init; }

    /// <summary>Channels of the first stage.</summary>
    public int Width { get; init; } = 16;

    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Number of classes K of the last layer; 0 leaves it out, and the model gives features.</summary>
    public int Classes { get; init; } = 10;

    /// <summary>Whether the first convolution is 3 × 3 without a stride and no maximum follows, as images below about 100 pixels need it.</summary>
    public bool SmallImages { get; init; } = true;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public ChannelValues PixelMean { get; init; } = ChannelValues.ImageNetMean;

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public ChannelValues PixelDeviation { get; init; } = ChannelValues.ImageNetDeviation;

    /// <summary>A ResNet-18 of a quarter of the width for small images, 0.7 million weights.</summary>
    public static ResNetOptions Mini { get; } = new();

    /// <summary>torchvision's ResNet-18: 12 million weights, 1000 classes (He et al. 2016, arXiv:1512.03385).</summary>
    public static ResNetOptions ResNet18 { get; } = new() { Width = 64, Classes = 1000, SmallImages = false };

    /// <summary>torchvision's ResNet-50: 26 million weights, 1000 classes (He et al. 2016, arXiv:1512.03385).</summary>
    public static ResNetOptions ResNet50 { get; } = ResNet18 with { Stages = new StageDepths(3, 4, 6, 3), Bottleneck = true };

    /// <inheritdoc/>
    public ResNet Create(TorchSharp.torch.Generator random) => new(this, random);

    IReadOnlyDictionary<string, StoredWeight> IPublishedNames.Rename(
        IReadOnlyDictionary<string, StoredWeight> stored, LoadOptions options, ICollection<string> ignored)
    {
        if (Classes > 0)
        {
            return stored;
        }

        foreach (var name in stored.Keys.Where(name => name.StartsWith("fc.", StringComparison.Ordinal)))
        {
            ignored.Add(name);
        }

        return stored.Where(entry => !entry.Key.StartsWith("fc.", StringComparison.Ordinal)).ToDictionary(entry => entry.Key, entry => entry.Value);
    }
}
