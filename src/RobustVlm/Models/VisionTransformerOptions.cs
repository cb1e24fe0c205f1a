namespace RobustVlm.Models;

/// <summary>What a <see cref="VisionTransformer"/>'s features are.</summary>
public enum VisionPooling
{
    /// <summary>The class token after the last normalisation.</summary>
    Token,

    /// <summary>The mean of the patches, normalised afterwards (timm's <c>global_pool='avg'</c>).</summary>
    Average,
}

/// <summary>Size and details of a <see cref="VisionTransformer"/>. The defaults are the mini model.</summary>
public sealed record VisionTransformerOptions : IModelOptions<VisionTransformer>, IPublishedNames
{
    /// <summary>Height and width of the images in pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public int ImageSize { get; init; } = 48;

    /// <summary>Height and width of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 8;

    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Length D of a token; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Number of transformer blocks.</summary>
    public int Depth { get; init; } = 6;

    /// <summary>Attention heads per block.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Width of a block's hidden layer, in multiples of <see cref="Width"/>.</summary>
    public double MlpRatio { get; init; } = 2;

    /// <summary>Whether queries, keys and values have a bias.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Number of classes K of the last layer; 0 leaves it out, and the model gives features.</summary>
    public int Classes { get; init; }

    /// <summary>What the features are.</summary>
    public VisionPooling Pooling { get; init; } = VisionPooling.Token;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public ChannelValues PixelMean { get; init; } = ChannelValues.Same(0.5);

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public ChannelValues PixelDeviation { get; init; } = ChannelValues.Same(0.5);

    /// <summary>48-pixel RGB images, 0.8 million weights: trains in minutes on two cores.</summary>
    public static VisionTransformerOptions Mini { get; } = new();

    /// <summary>ViT-Ti/16: 224-pixel RGB images, 5.7 million weights with 1000 classes (Steiner et al. 2022, arXiv:2106.10270).</summary>
    public static VisionTransformerOptions ViTTi16 { get; } = Published(16, 192, 12, 3);

    /// <summary>ViT-S/16: 22 million weights (Steiner et al. 2022, arXiv:2106.10270).</summary>
    public static VisionTransformerOptions ViTS16 { get; } = Published(16, 384, 12, 6);

    /// <summary>DeiT-Ti/16: the weights of Touvron et al. 2021, arXiv:2012.12877, expect pixels scaled by ImageNet's mean and deviation.</summary>
    public static VisionTransformerOptions DeiTTi16 { get; } = ViTTi16 with { PixelMean = ChannelValues.ImageNetMean, PixelDeviation = ChannelValues.ImageNetDeviation };

    /// <summary>DeiT-S/16 (Touvron et al. 2021, arXiv:2012.12877), with ImageNet's mean and deviation.</summary>
    public static VisionTransformerOptions DeiTS16 { get; } = ViTS16 with { PixelMean = ChannelValues.ImageNetMean, PixelDeviation = ChannelValues.ImageNetDeviation };

    /// <summary>ViT-B/16: 87 million weights (Dosovitskiy et al. 2021, arXiv:2010.11929).</summary>
    public static VisionTransformerOptions ViTB16 { get; } = Published(16, 768, 12, 12);

    /// <summary>ViT-B/32: 88 million weights (Dosovitskiy et al. 2021, arXiv:2010.11929).</summary>
    public static VisionTransformerOptions ViTB32 { get; } = Published(32, 768, 12, 12);

    /// <summary>ViT-L/16: 304 million weights (Dosovitskiy et al. 2021, arXiv:2010.11929).</summary>
    public static VisionTransformerOptions ViTL16 { get; } = Published(16, 1024, 24, 16);

    /// <summary>Counts the weights of such a model without making it.</summary>
    /// <returns>Weights and biases together, those of the last layer included when there are classes.</returns>
    public long CountParameters()
    {
        long width = Width, hidden = (int)(MlpRatio * Width);
        var patches = ((long)PatchSize * PatchSize * Channels * width) + width;
        var attention = (4 * width * width) + width + (QkvBias ? 3 * width : 0);
        var block = (4 * width) + attention + (2 * width * hidden) + hidden + width;
        return patches + ((Patches + 2) * width) + (Depth * block) + (2 * width) + ((width + 1) * Classes);
    }

    /// <summary>Number of patches L of an image.</summary>
    internal int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <inheritdoc/>
    public VisionTransformer Create(TorchSharp.torch.Generator random) => new(this, random);

    IReadOnlyDictionary<string, StoredWeight> IPublishedNames.Rename(
        IReadOnlyDictionary<string, StoredWeight> stored, LoadOptions options, ICollection<string> ignored)
    {
        var renamed = new Dictionary<string, StoredWeight>(stored);
        if (Classes == 0)
        {
            foreach (var name in stored.Keys.Where(name => name.StartsWith("head.", StringComparison.Ordinal)))
            {
                renamed.Remove(name);
                ignored.Add(name);
            }
        }

        if (options.ResizePositions)
        {
            PositionEmbedding.Resize(renamed, "pos_embed", ImageSize / PatchSize);
        }

        return renamed;
    }

    private static VisionTransformerOptions Published(int patch, int width, int depth, int heads) => new()
    {
        ImageSize = 224,
        PatchSize = patch,
        Width = width,
        Depth = depth,
        Heads = heads,
        MlpRatio = 4,
        Classes = 1000,
    };
}
