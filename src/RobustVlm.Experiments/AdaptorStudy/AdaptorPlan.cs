using System.Globalization;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Everything that is fixed before the first reported run: encoders, arms, sizes, seeds.</summary>
/// <remarks>Sizes, steps and learning rates were looked at on <see cref="ChoosingSeed"/> alone; no picture of it is in a reported run.</remarks>
internal sealed record AdaptorPlan
{
    /// <summary>Settings were chosen on this seed; it is none of those that are reported.</summary>
    internal const ulong ChoosingSeed = 10;

    /// <summary>The seed of what is done on one seed only: token sequences.</summary>
    internal const ulong ExtraSeed = 11;

    /// <summary>Layers of the published module.</summary>
    internal const int Layers = 2;

    /// <summary>Weight of texts that pick their image, in the released code.</summary>
    internal const double TextWeight = 0.75;

    /// <summary>The image encoder of everything but the grid: end-to-end training starts from it, and decoders take its patches.</summary>
    internal const AdaptorImageEncoder MainImages = AdaptorImageEncoder.SelfSupervised;

    /// <summary>The text encoder of everything but the grid: that of the domain.</summary>
    internal const AdaptorTextEncoder MainTexts = AdaptorTextEncoder.BertReports;

    /// <summary>The paired seeds.</summary>
    internal static IReadOnlyList<ulong> Seeds { get; } = [11, 12, 13, 14, 15];

    /// <summary>Shares of the labels.</summary>
    internal static IReadOnlyList<double> Fractions { get; } = [0.01, 0.1, 1];

    /// <summary>What segmentation compares.</summary>
    internal static IReadOnlyList<AdaptorArm> Segmented { get; } =
        [AdaptorArm.Adaptor, AdaptorArm.NoAdaptor, AdaptorArm.RandomAdaptor, AdaptorArm.EndToEnd, AdaptorArm.RandomEncoder];

    /// <summary>Pairs to pre-train on.</summary>
    internal int Pairs { get; init; } = 8000;

    /// <summary>Pairs to score pre-training on.</summary>
    internal int ValidationPairs { get; init; } = 1024;

    /// <summary>Rounds of an Adaptor through the pairs.</summary>
    internal int Epochs { get; init; } = 30;

    /// <summary>Rounds of end-to-end training through the pairs.</summary>
    internal int EndToEndEpochs { get; init; } = 8;

    /// <summary>Pairs per batch of an Adaptor.</summary>
    internal int BatchSize { get; init; } = 256;

    /// <summary>Pairs per batch of end-to-end training.</summary>
    internal int EndToEndBatch { get; init; } = 128;

    /// <summary>Pictures of each downstream task.</summary>
    internal (int Train, int Validation, int Test) Pictures { get; init; } = (2000, 1000, 2000);

    /// <summary>Updates of heads at 1, 10 and 100 % of the labels.</summary>
    internal string HeadSteps { get; init; } = "100,200,400";

    /// <summary>Updates of decoders at 1, 10 and 100 % of the labels.</summary>
    internal string DecoderSteps { get; init; } = "60,150,400";

    /// <summary>Timed steps.</summary>
    internal int Repetitions { get; init; } = 5;

    /// <summary>Pairs of token sequences.</summary>
    internal int TokenPairs { get; init; } = 1500;

    /// <summary>Rounds through the pairs of token sequences.</summary>
    internal int TokenEpochs { get; init; } = 4;

    internal static AdaptorPlan For(Scale scale) => scale switch
    {
        Scale.Smoke => new()
        {
            Pairs = 64,
            ValidationPairs = 32,
            Epochs = 2,
            EndToEndEpochs = 1,
            BatchSize = 16,
            EndToEndBatch = 16,
            Pictures = (60, 40, 40),
            HeadSteps = "4,4,4",
            DecoderSteps = "2,2,2",
            Repetitions = 2,
            TokenPairs = 32,
            TokenEpochs = 1,
        },
        Scale.Demo => new(),
        Scale.Paper => throw new ArgumentException("At paper scale this experiment needs embeddings of MIMIC-CXR and the three downstream sets; its sweep has smoke and demo only, AdaptorPreset the published sizes."),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };

    /// <summary>Name in labels, tables and plots.</summary>
    internal static string NameOf(AdaptorArm arm) => arm switch
    {
        AdaptorArm.Adaptor => "Adaptor",
        AdaptorArm.BatchAttention => "Adaptor, attention across the batch",
        AdaptorArm.RandomAdaptor => "random Adaptor",
        AdaptorArm.ShuffledPairs => "Adaptor, shuffled pairs",
        AdaptorArm.NoAdaptor => "no Adaptor",
        AdaptorArm.EndToEnd => "end to end",
        AdaptorArm.RandomEncoder => "random encoder",
        _ => throw new ArgumentOutOfRangeException(nameof(arm), arm, "Choose one of the seven arms."),
    };

    internal static string NameOf(AdaptorImageEncoder encoder) => encoder switch
    {
        AdaptorImageEncoder.Autoencoder => "autoencoder",
        AdaptorImageEncoder.SelfSupervised => "SimCLR ViT",
        AdaptorImageEncoder.SelfSupervisedWide => "SimCLR ViT with patch mean",
        _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder, "Choose one of the three image encoders."),
    };

    internal static string NameOf(AdaptorTextEncoder encoder) => encoder switch
    {
        AdaptorTextEncoder.HashedWords => "hashed words",
        AdaptorTextEncoder.BertCaptions => "BERT of captions",
        AdaptorTextEncoder.BertReports => "BERT of reports",
        _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder, "Choose one of the three text encoders."),
    };

    internal static string NameOf(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:0} %");

    internal AdaptorRunOptions Fit(AdaptorArm arm, int layers = Layers, double textWeight = TextWeight) => Common(AdaptorRunKind.Fit, arm) with
    {
        Layers = Aligns(arm) || arm == AdaptorArm.RandomAdaptor ? layers : 0,
        TextWeight = Aligns(arm) ? textWeight : 0,
        DownstreamSteps = HeadSteps,
    };

    internal AdaptorRunOptions Grid() => Fit(AdaptorArm.Adaptor) with { Kind = AdaptorRunKind.Grid };

    internal AdaptorRunOptions Segmentation(AdaptorArm arm, DiceTerm term) => Fit(arm) with { Kind = AdaptorRunKind.Segmentation, DiceTerm = term, DownstreamSteps = DecoderSteps };

    internal AdaptorRunOptions Cost() => Fit(AdaptorArm.Adaptor) with { Kind = AdaptorRunKind.Cost, DownstreamSteps = "", Epochs = 0, TrainPictures = 0, ValidationPictures = 0, TestPictures = 0, Repetitions = Repetitions };

    internal AdaptorRunOptions Tokens() => Fit(AdaptorArm.Adaptor) with { Kind = AdaptorRunKind.Tokens, DownstreamSteps = "", Pairs = TokenPairs, Epochs = TokenEpochs, TrainPictures = 0, ValidationPictures = 0, TestPictures = 0 };

    internal static string Label(AdaptorRunOptions options)
    {
        // None holds another one, so that each can be asked for by itself.
        var name = NameOf(options.Arm);
        return options.Kind switch
        {
            AdaptorRunKind.Grid => "all encoders",
            AdaptorRunKind.Cost => "cost",
            AdaptorRunKind.Tokens => "token sequences",
            AdaptorRunKind.Segmentation => $"segmentation: {name}, {options.DiceTerm.ToString().ToLowerInvariant()} Dice term",
            _ => options.Arm != AdaptorArm.Adaptor ? $"heads: {name}"
                : string.Create(CultureInfo.InvariantCulture, $"heads: {name} of {options.Layers} layers, weight {options.TextWeight:0.00}"),
        };
    }

    // Arms that learn from pairs by an Adaptor.
    internal static bool Aligns(AdaptorArm arm) => arm is AdaptorArm.Adaptor or AdaptorArm.BatchAttention or AdaptorArm.ShuffledPairs;

    private AdaptorRunOptions Common(AdaptorRunKind kind, AdaptorArm arm)
    {
        var together = arm == AdaptorArm.EndToEnd;
        var learns = together || Aligns(arm);
        return new()
        {
            Kind = kind,
            Arm = arm,
            ImageEncoder = MainImages,
            TextEncoder = MainTexts,
            Pairs = Pairs,
            ValidationPairs = ValidationPairs,
            Epochs = together ? EndToEndEpochs : learns ? Epochs : 0,
            BatchSize = together ? EndToEndBatch : BatchSize,
            LearningRate = together ? 5e-4 : learns ? 1e-3 : 0,
            TrainPictures = Pictures.Train,
            ValidationPictures = Pictures.Validation,
            TestPictures = Pictures.Test,
        };
    }
}
