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

/// <summary>One number for each colour channel; grey images use the first.</summary>
/// <param name="First">Red or grey.</param>
/// <param name="Second">Green.</param>
/// <param name="Third">Blue.</param>
public readonly record struct ChannelValues(double First, double Second, double Third)
{
    /// <summary>The same number for all channels.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The three of them.</returns>
    public static ChannelValues Same(double value) => new(value, value, value);

    /// <summary>The numbers of the first channels.</summary>
    /// <param name="channels">1 or 3.</param>
    /// <returns>As many numbers.</returns>
    internal float[] Take(int channels) => new[] { (float)First, (float)Second, (float)Third }[..channels];
}

/// <summary>Size and details of a <see cref="VisionTransformer"/>. The defaults are the mini model.</summary>
public sealed record VisionTransformerOptions
{
    /// <summary>Height and width of the images in pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>Height and width of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 8;

    /// <summary>1 for grey images, 3 for RGB.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Length D of a token; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Number of transformer blocks.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Attention heads per block.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Nonlinearity of the blocks.</summary>
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
public sealed record ClipOptions
{
    /// <summary>The image encoder.</summary>
    public VisionTransformerOptions Image { get; init; } = new();

    /// <summary>The text encoder.</summary>
    public TextEncoderOptions Text { get; init; } = new();

    /// <summary>Length of an embedding.</summary>
    public int EmbeddingSize { get; init; } = 64;

    /// <summary>Starting value of the factor on the cosines; CLIP starts at 1 / 0.07.</summary>
    public double InitialLogitScale { get; init; } = 1 / 0.07;

    /// <summary>64-pixel grey images, 1.2 million weights: trains in minutes on two cores.</summary>
    public static ClipOptions Mini { get; } = new();

    /// <summary>OpenAI's ViT-B/32: 224-pixel RGB images, 151 million weights.</summary>
    public static ClipOptions ViTB32 { get; } = new()
    {
        EmbeddingSize = 512,
        Image = new VisionTransformerOptions
        {
            ImageSize = 224,
            PatchSize = 32,
            Channels = 3,
            Width = 768,
            Depth = 12,
            Heads = 12,
            Activation = Activation.QuickGelu,
            PixelMean = new ChannelValues(0.48145466, 0.4578275, 0.40821073),
            PixelDeviation = new ChannelValues(0.26862954, 0.26130258, 0.27577711),
        },
        Text = new TextEncoderOptions
        {
            VocabularySize = 49408,
            ContextLength = 77,
            Width = 512,
            Depth = 12,
            Heads = 8,
            Activation = Activation.QuickGelu,
            Causal = true,
            Pooling = TextPooling.EndOfText,
        },
    };
}
