namespace RobustVlm.Models.Diffusion;

/// <summary>Size and details of a <see cref="DenoisingUNet"/>.</summary>
public sealed record DenoisingUNetOptions : IModelOptions<DenoisingUNet>
{
    /// <summary>Channels of the images or latents.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Channels of the first level, a multiple of 8.</summary>
    public int Width { get; init; } = 16;

    /// <summary>Number of resolutions; each has half the side of the one before.</summary>
    public int Levels { get; init; } = 2;

    /// <summary>A level has twice the channels of the one before, up to this multiple of <see cref="Width"/>.</summary>
    public int WidestMultiple { get; init; } = 2;

    /// <summary>Residual blocks of a level, on the way down and on the way up each.</summary>
    public int BlocksPerLevel { get; init; } = 1;

    /// <summary>Transformer blocks at the lowest resolution.</summary>
    public int AttentionBlocks { get; init; } = 1;

    /// <summary>Heads of their attention.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Number of different tokens of captions; 0 makes a model without captions.</summary>
    public int VocabularySize { get; init; }

    /// <summary>16-pixel grey images without captions: 0.1 million weights.</summary>
    public static DenoisingUNetOptions Mini { get; } = new();

    /// <summary>About the size that is usual for CIFAR-10 (Ho et al. 2020, arXiv:2006.11239): 128 channels, four levels, two blocks each.</summary>
    public static DenoisingUNetOptions Cifar { get; } = new() { Channels = 3, Width = 128, Levels = 4, BlocksPerLevel = 2, Heads = 4 };

    /// <inheritdoc/>
    public DenoisingUNet Create(TorchSharp.torch.Generator random) => new(this, random);
}
