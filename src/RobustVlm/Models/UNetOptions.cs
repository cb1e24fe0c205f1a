namespace RobustVlm.Models;

/// <summary>Size and details of a <see cref="UNet"/>.</summary>
public sealed record UNetOptions : IModelOptions<UNet>
{
    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Number of masks K.</summary>
    public int Classes { get; init; } = 1;

    /// <summary>Channels of the first level; each level below has twice as many.</summary>
    public int Width { get; init; } = 16;

    /// <summary>Number of times the image is halved; its sides are multiples of 2 to this power.</summary>
    public int Depth { get; init; } = 3;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public ChannelValues PixelMean { get; init; } = ChannelValues.Same(0.5);

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public ChannelValues PixelDeviation { get; init; } = ChannelValues.Same(0.25);

    /// <summary>Grey images, one mask, three halvings: 0.5 million weights.</summary>
    public static UNetOptions Mini { get; } = new();

    /// <inheritdoc/>
    public UNet Create(TorchSharp.torch.Generator random) => new(this, random);
}
