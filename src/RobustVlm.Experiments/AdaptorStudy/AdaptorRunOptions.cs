using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>What a run measures.</summary>
public enum AdaptorRunKind
{
    /// <summary>One arm: pre-training, then heads on its features at three shares of the labels.</summary>
    Fit,

    /// <summary>The same for Adaptor on every pair of an image and a text encoder, and how far apart these are.</summary>
    Grid,

    /// <summary>Decoders on the tokens of an arm at three shares of the labels.</summary>
    Segmentation,

    /// <summary>Time of an epoch, frozen and end to end, and trained weights.</summary>
    Cost,

    /// <summary>Adaptor over sequences of tokens, where the modalities really attend to each other.</summary>
    Tokens,

    /// <summary>Pre-training alone, with one of the learning rates that were tried.</summary>
    LearningRate,

    /// <summary>A decoder with all masks, with one of the learning rates that were tried.</summary>
    DecoderRate,
}

/// <summary>Where features come from.</summary>
public enum AdaptorArm
{
    /// <summary>Frozen encoders and a trained Adaptor.</summary>
    Adaptor,

    /// <summary>The same, where images alone attend across the batch, as the released code makes them do.</summary>
    BatchAttention,

    /// <summary>An Adaptor with random weights.</summary>
    RandomAdaptor,

    /// <summary>An Adaptor trained on pairs that do not belong together.</summary>
    ShuffledPairs,

    /// <summary>The frozen image encoder alone.</summary>
    NoAdaptor,

    /// <summary>The same image encoder, trained together with the text encoder.</summary>
    EndToEnd,

    /// <summary>The same image encoder with random weights.</summary>
    RandomEncoder,
}

/// <summary>Frozen image encoders, weakest first; none has seen a report or a label.</summary>
public enum AdaptorImageEncoder
{
    /// <summary>A convolutional autoencoder.</summary>
    Autoencoder,

    /// <summary>A self-supervised vision transformer.</summary>
    SelfSupervised,

    /// <summary>The same, twice as wide by the mean of its patches.</summary>
    SelfSupervisedWide,
}

/// <summary>Frozen text encoders; none has seen an image.</summary>
public enum AdaptorTextEncoder
{
    /// <summary>Hashed words and a random projection.</summary>
    HashedWords,

    /// <summary>A BERT of captions of all worlds.</summary>
    BertCaptions,

    /// <summary>A BERT of radiology reports.</summary>
    BertReports,
}

/// <summary>Settings of one stored run of the experiment.</summary>
public sealed record AdaptorRunOptions
{
    /// <summary>What it measures.</summary>
    public AdaptorRunKind Kind { get; init; }

    /// <summary>Where features come from.</summary>
    public AdaptorArm Arm { get; init; }

    /// <summary>The frozen image encoder; of a grid, all.</summary>
    public AdaptorImageEncoder ImageEncoder { get; init; }

    /// <summary>The frozen text encoder; of a grid, all.</summary>
    public AdaptorTextEncoder TextEncoder { get; init; }

    /// <summary>Layers of the Adaptor.</summary>
    public int Layers { get; init; }

    /// <summary>Weight of texts that pick their image in the loss.</summary>
    public double TextWeight { get; init; }

    /// <summary>Dice term of segmentation.</summary>
    public DiceTerm DiceTerm { get; init; }

    /// <summary>Pairs to pre-train on.</summary>
    public int Pairs { get; init; }

    /// <summary>Pairs to score pre-training on.</summary>
    public int ValidationPairs { get; init; }

    /// <summary>Rounds through the pairs.</summary>
    public int Epochs { get; init; }

    /// <summary>Pairs per batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Learning rate of pre-training.</summary>
    public double LearningRate { get; init; }

    /// <summary>Pictures with labels of each downstream task to learn from; the smaller shares are parts of them.</summary>
    public int TrainPictures { get; init; }

    /// <summary>Pictures of each downstream task to choose the best state by.</summary>
    public int ValidationPictures { get; init; }

    /// <summary>Pictures of each downstream task to score on.</summary>
    public int TestPictures { get; init; }

    /// <summary>Weight updates of heads or decoders at 1, 10 and 100 % of the labels, as numbers with commas between them.</summary>
    public string DownstreamSteps { get; init; } = "";

    /// <summary>Learning rate of heads or decoders.</summary>
    public double DownstreamLearningRate { get; init; }

    /// <summary>How often each thing is timed.</summary>
    public int Repetitions { get; init; }
}
