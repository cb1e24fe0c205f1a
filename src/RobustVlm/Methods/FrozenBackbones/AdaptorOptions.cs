using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>What the layers of an <see cref="Adaptor"/> do with the two modalities.</summary>
public enum AdaptorAttention
{
    /// <summary>
    /// As published: a modality is its own keys and values, the other one the queries, and the residual is the modality itself. With one token per modality the
    /// softmax over one key is 1, so the other modality has no influence: the layers are a perceptron for each modality on its own.
    /// </summary>
    Published,

    /// <summary>
    /// A variant that really attends: a modality's tokens are the queries, the other one's tokens keys and values, and the residual is the query's. The number of
    /// tokens may differ. Embeddings then depend on the partner, so pairs can tell each other who they are.
    /// </summary>
    TokenSequences,
}

/// <summary>Sizes and details of an <see cref="Adaptor"/>. The defaults are the published ones, for DINOv2 ViT-B/14 and a BERT.</summary>
public sealed record AdaptorOptions : IModelOptions<Adaptor>, IPublishedNames
{
    /// <summary>Length of an image embedding.</summary>
    public int ImageWidth { get; init; } = 768;

    /// <summary>Length of a text embedding.</summary>
    public int TextWidth { get; init; } = 768;

    /// <summary>Length P of the vectors that are compared; a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Attention heads per layer.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Width of a layer's hidden layer.</summary>
    public int HiddenWidth { get; init; } = 2048;

    /// <summary>Number of layers; 0 leaves the two projections alone.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Share of the numbers that are dropped in training, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Natural logarithm of what multiplies the cosines at the start of training; 2.6592 is ln(1 / 0.07). It is learned and, as published, not limited.</summary>
    public double InitialLogitScale { get; init; } = 2.6592;

    /// <summary>What the layers do with the two modalities.</summary>
    public AdaptorAttention Attention { get; init; }

    /// <summary>
    /// Whether images without texts attend across the batch, as the published code makes them do: it reads a batch [B, P] as one sequence of B tokens, so an image's
    /// features depend on its neighbours. Off, each image is embedded by itself, exactly as with any text.
    /// </summary>
    public bool OfficialBatchAttention { get; init; }

    /// <summary>Width 128, four heads, hidden layers of 256: trains in seconds from cached embeddings.</summary>
    public static AdaptorOptions Mini { get; } = new() { ImageWidth = 128, TextWidth = 128, Width = 128, Heads = 4, HiddenWidth = 256 };

    /// <summary>Counts the weights without making the model.</summary>
    /// <returns>Weights, biases and the learned temperature together.</returns>
    public long CountParameters()
    {
        long width = Width, hidden = HiddenWidth;
        var layer = (4 * width * width) + (4 * width) + (2 * width * hidden) + hidden + width + (4 * width);
        return (width * ImageWidth) + (width * TextWidth) + (Layers * layer) + 1;
    }

    /// <inheritdoc/>
    public Adaptor Create(Generator random) => new(this, random);

    // The published code keeps a single layer without a number.
    IReadOnlyDictionary<string, StoredWeight> IPublishedNames.Rename(IReadOnlyDictionary<string, StoredWeight> stored, LoadOptions options, ICollection<string> ignored)
    {
        const string layers = "adaptor_module.encoder.";
        return stored.ToDictionary(
            entry => Layers == 1 && entry.Key.StartsWith(layers, StringComparison.Ordinal) && !char.IsAsciiDigit(entry.Key[layers.Length])
                ? $"{layers}0.{entry.Key[layers.Length..]}"
                : entry.Key,
            entry => entry.Value);
    }

    internal void Check()
    {
        ModelGuard.CheckBlocks(Width, Math.Max(1, Layers), Heads);
        ArgumentOutOfRangeException.ThrowIfLessThan(ImageWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TextWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HiddenWidth, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Layers);
        ModelGuard.CheckWeights(((double)ImageWidth + TextWidth + (2.0 * HiddenWidth * Layers)) * Width);
        if (Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Dropout), Dropout, "Choose Dropout from 0 up to, but not including, 1.");
        }

        if (!double.IsFinite(InitialLogitScale) || !Enum.IsDefined(Attention))
        {
            throw new ArgumentException("Give a finite InitialLogitScale and one of the two kinds of attention.");
        }
    }
}
