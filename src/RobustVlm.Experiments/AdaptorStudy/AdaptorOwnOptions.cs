namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Encoders, embeddings and folders of one's own. A name that is null is read from its environment variable; without that, the shipped encoders and drawn radiographs stand in.</summary>
public sealed record AdaptorOwnOptions
{
    /// <summary>A <c>.npy</c> file [N, D] of image embeddings; the variable is <see cref="AdaptorOwn.ImageVariable"/>.</summary>
    public string? ImageEmbeddings { get; init; }

    /// <summary>A <c>.npy</c> file [N, D] of the embeddings of their reports, in the same order; the variable is <see cref="AdaptorOwn.TextVariable"/>.</summary>
    public string? TextEmbeddings { get; init; }

    /// <summary>A safetensors file with a vision transformer in timm's names; the variable is <c>ROBUSTVLM_BACKBONE</c>.</summary>
    public string? Backbone { get; init; }

    /// <summary>A safetensors file with a BERT in Hugging Face's names, its <c>vocab.txt</c> beside it; the variable is <c>ROBUSTVLM_BERT</c>.</summary>
    public string? Bert { get; init; }

    /// <summary>A folder of images with reports: MIMIC-CXR's layout, or a CSV table with the columns image and text; the variable is <see cref="AdaptorOwn.PairVariable"/>.</summary>
    public string? Pairs { get; init; }

    /// <summary>Most pairs to use of that folder.</summary>
    public int MostPairs { get; init; } = 5000;

    /// <summary>Drawn pairs where no folder is named.</summary>
    public int ExamplePairs { get; init; } = 1000;

    /// <summary>Drawn radiographs with labels and masks where no set is named.</summary>
    public int ExamplePictures { get; init; } = 200;

    /// <summary>Whether the module has the published sizes; else it is the small one.</summary>
    public bool PublishedSizes { get; init; }

    /// <summary>Rounds through the pairs.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Pairs per batch.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Largest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight updates of a head.</summary>
    public int HeadSteps { get; init; } = 200;

    /// <summary>Weight updates of a decoder.</summary>
    public int DecoderSteps { get; init; } = 150;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static AdaptorOwnOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { MostPairs = 64, ExamplePairs = 48, ExamplePictures = 60, Epochs = 1, BatchSize = 16, HeadSteps = 2, DecoderSteps = 2 },
        Scale.Demo => new(),
        Scale.Paper => new() { MostPairs = int.MaxValue, PublishedSizes = true, Epochs = 50, BatchSize = 1024, LearningRate = 2e-5, HeadSteps = 600, DecoderSteps = 4000 },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}
