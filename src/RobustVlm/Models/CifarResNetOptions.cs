namespace RobustVlm.Models;

/// <summary>Size and details of a <see cref="CifarResNet"/>. The defaults are ResNet-20.</summary>
public sealed record CifarResNetOptions : IModelOptions<CifarResNet>
{
    /// <summary>Residual blocks in each of the three stages; the network has six times as many layers and two more.</summary>
    public int BlocksPerStage { get; init; } = 3;

    /// <summary>Channels of the first stage.</summary>
    public int Width { get; init; } = 16;

    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Number of classes K.</summary>
    public int Classes { get; init; } = 10;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public ChannelValues PixelMean { get; init; } = ChannelValues.ImageNetMean;

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public ChannelValues PixelDeviation { get; init; } = ChannelValues.ImageNetDeviation;

    /// <summary>ResNet-20: 0.27 million weights.</summary>
    public static CifarResNetOptions ResNet20 { get; } = new();

    /// <summary>ResNet-32: 0.46 million weights.</summary>
    public static CifarResNetOptions ResNet32 { get; } = new() { BlocksPerStage = 5 };

    /// <inheritdoc/>
    public CifarResNet Create(TorchSharp.torch.Generator random) => new(this, random);
}
