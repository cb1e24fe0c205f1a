namespace RobustVlm.Models;

/// <summary>Nonlinearity between the two linear layers of a transformer block.</summary>
public enum Activation
{
    /// <summary>x times the normal distribution function of x.</summary>
    Gelu,

    /// <summary>x sigmoid(1.702 x): what OpenAI's CLIP models were trained with.</summary>
    QuickGelu,
}

/// <summary>How a text's tokens become one vector.</summary>
public enum TextPooling
{
    /// <summary>The end-of-text token: <see cref="TextEncoderOptions.EndToken"/>, or the largest index as in CLIP.</summary>
    EndOfText,

    /// <summary>The mean over all tokens that are not padding; padding is hidden from attention too.</summary>
    Mean,
}

/// <summary>Kind of a <see cref="Clip"/>'s image encoder.</summary>
public enum ClipTower
{
    /// <summary>A <see cref="ClipVisionTransformer"/>.</summary>
    Transformer,

    /// <summary>A <see cref="ClipResNet"/>.</summary>
    ResNet,
}

/// <summary>Size and details of a <see cref="Clip"/>'s image encoder. The defaults are the mini model's transformer.</summary>
public sealed record ClipVisionOptions
{
    /// <summary>Kind of encoder.</summary>
    public ClipTower Tower { get; init; } = ClipTower.Transformer;

    /// <summary>Height and width of the images in pixels; a multiple of <see cref="PatchSize"/>, for a ResNet of 32.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>Height and width of a transformer's patch in pixels.</summary>
    public int PatchSize { get; init; } = 8;

    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Length D of a transformer's token, a multiple of <see cref="Heads"/>; channels of a ResNet's first stage before expansion.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Number of transformer blocks.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Residual blocks of a ResNet.</summary>
    public StageDepths Stages { get; init; } = new(3, 4, 6, 3);

    /// <summary>Attention heads of a transformer's block, or of a ResNet's pooling.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Nonlinearity of a transformer's blocks; a ResNet has ReLU.</summary>
    public Activation Activation { get; init; } = Activation.Gelu;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public ChannelValues PixelMean { get; init; } = ChannelValues.Same(0.5);

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public ChannelValues PixelDeviation { get; init; } = ChannelValues.Same(0.25);

    /// <summary>Number of patches of an image.</summary>
    internal int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);
}

/// <summary>Size and details of a <see cref="TextEncoder"/>. The defaults are the mini model.</summary>
public sealed record TextEncoderOptions
{
    /// <summary>Number of different tokens.</summary>
    public int VocabularySize { get; init; } = 256;

    /// <summary>Largest number of tokens of a text.</summary>
    public int ContextLength { get; init; } = 28;

    /// <summary>Length D of a token's vector; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Number of transformer blocks.</summary>
    public int Depth { get; init; } = 2;

    /// <summary>Attention heads per block.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Nonlinearity of the blocks.</summary>
    public Activation Activation { get; init; } = Activation.Gelu;

    /// <summary>Whether a token sees only itself and earlier tokens.</summary>
    public bool Causal { get; init; }

    /// <summary>How the tokens become one vector.</summary>
    public TextPooling Pooling { get; init; } = TextPooling.Mean;

    /// <summary>Index of the token that fills short texts up; it never counts.</summary>
    public int PaddingToken { get; init; }

    /// <summary>Index of the end-of-text token; null takes the largest index of each text, as CLIP does.</summary>
    public int? EndToken { get; init; }
}

/// <summary>Size and details of a <see cref="Clip"/> model. The defaults are the mini model.</summary>
public sealed record ClipOptions : IModelOptions<Clip>, IPublishedNames, IKnownShapes
{
    /// <summary>The image encoder.</summary>
    public ClipVisionOptions Image { get; init; } = new();

    /// <summary>The text encoder.</summary>
    public TextEncoderOptions Text { get; init; } = new();

    /// <summary>Length of an embedding.</summary>
    public int EmbeddingSize { get; init; } = 64;

    /// <summary>Starting value of the factor on the cosines; CLIP starts at 1 / 0.07.</summary>
    public double InitialLogitScale { get; init; } = 1 / 0.07;

    /// <summary>64-pixel grey images, 1.2 million weights: trains in minutes on two cores.</summary>
    public static ClipOptions Mini { get; } = new();

    /// <summary>OpenAI's ViT-B/32: 224-pixel RGB images, 151 million weights. Weights trained elsewhere under the same names (LAION's) need <see cref="Activation.Gelu"/> in both encoders.</summary>
    public static ClipOptions ViTB32 { get; } = OpenAI(512, 512, 8, new ClipVisionOptions { PatchSize = 32, Width = 768, Depth = 12, Heads = 12 });

    /// <summary>OpenAI's ViT-B/16: 224-pixel RGB images, 150 million weights.</summary>
    public static ClipOptions ViTB16 { get; } = OpenAI(512, 512, 8, new ClipVisionOptions { PatchSize = 16, Width = 768, Depth = 12, Heads = 12 });

    /// <summary>OpenAI's ViT-L/14: 224-pixel RGB images, 428 million weights.</summary>
    public static ClipOptions ViTL14 { get; } = OpenAI(768, 768, 12, new ClipVisionOptions { PatchSize = 14, Width = 1024, Depth = 24, Heads = 16 });

    /// <summary>OpenAI's RN50: a ResNet-50 with attention pooling, 224-pixel RGB images, 102 million weights.</summary>
    public static ClipOptions RN50 { get; } = OpenAI(1024, 512, 8, new ClipVisionOptions { Tower = ClipTower.ResNet, Width = 64, Heads = 32 });

    /// <inheritdoc/>
    public Clip Create(TorchSharp.torch.Generator random) => new(this, random);

    IReadOnlyDictionary<string, StoredWeight> IPublishedNames.Rename(
        IReadOnlyDictionary<string, StoredWeight> stored, LoadOptions options, ICollection<string> ignored) => ClipNames.Rename(stored, this, options, ignored);

    IReadOnlyDictionary<string, long[]> IKnownShapes.Shapes()
    {
        ModelGuard.Check(this);
        return ClipLayout.Shapes(this);
    }

    private static ClipOptions OpenAI(int embedding, int textWidth, int textHeads, ClipVisionOptions image) => new()
    {
        EmbeddingSize = embedding,
        Image = image with
        {
            ImageSize = 224,
            Channels = 3,
            Activation = Activation.QuickGelu,
            PixelMean = ChannelValues.ClipMean,
            PixelDeviation = ChannelValues.ClipDeviation,
        },
        Text = new TextEncoderOptions
        {
            VocabularySize = 49408,
            ContextLength = 77,
            Width = textWidth,
            Depth = 12,
            Heads = textHeads,
            Activation = Activation.QuickGelu,
            Causal = true,
            Pooling = TextPooling.EndOfText,
        },
    };
}
