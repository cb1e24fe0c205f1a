namespace RobustVlm.Models;

/// <summary>Size and details of an <see cref="Autoencoder"/>.</summary>
public sealed record AutoencoderOptions : IModelOptions<Autoencoder>
{
    /// <summary>Height and width of the images in pixels; a multiple of 2 to the power of <see cref="Depth"/>.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Channels of the first convolution; each one below has twice as many.</summary>
    public int Width { get; init; } = 16;

    /// <summary>Number of times the image is halved.</summary>
    public int Depth { get; init; } = 3;

    /// <summary>Length D of the vector that describes an image.</summary>
    public int Features { get; init; } = 64;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public ChannelValues PixelMean { get; init; } = ChannelValues.Same(0.5);

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public ChannelValues PixelDeviation { get; init; } = ChannelValues.Same(0.25);

    /// <summary>64-pixel grey images and 64 features: 0.6 million weights.</summary>
    public static AutoencoderOptions Mini { get; } = new();

    /// <inheritdoc/>
    public Autoencoder Create(TorchSharp.torch.Generator random) => new(this, random);
}
