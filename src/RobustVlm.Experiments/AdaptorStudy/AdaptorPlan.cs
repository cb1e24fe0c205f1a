using System.Globalization;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Everything that is fixed before the first reported run: encoders, arms, sizes, seeds.</summary>
/// <remarks>
/// Two settings are chosen by the sweep itself, on <see cref="ChoosingSeed"/> alone, before any reported run: of <see cref="LearningRates"/> the one with which a two-layer Adaptor ends at the lowest
/// loss on validation pairs, and then of <see cref="DecoderRates"/> the one with which a decoder on its tokens, with all masks, reaches the highest Dice on validation pictures, the official one by which its state
/// is chosen too. All arms share them. No picture of that seed is in a reported run, and no test picture takes part. Both fell on the largest rate that was tried. See <see cref="AdaptorSweep.Choose"/>.
/// </remarks>
internal sealed record AdaptorPlan
{
    /// <summary>Learning rates are chosen on this seed; it is none of those that are reported.</summary>
    internal const ulong ChoosingSeed = 10;

    /// <summary>The seed of what is done on one seed only: token sequences.</summary>
    internal const ulong ExtraSeed = 11;

    private const double EndToEndRate = 5e-4;
    private const double HeadRate = 1e-3;

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

    /// <summary>Learning rates that are tried for an Adaptor.</summary>
    internal IReadOnlyList<double> LearningRates { get; init; } = [5e-4, 1e-3, 3e-3];

    /// <summary>Learning rates that are tried for a decoder.</summary>
    internal IReadOnlyList<double> DecoderRates { get; init; } = [1e-3, 3e-3];

    /// <summary>The learning rate of an Adaptor: the middle one, until one is chosen.</summary>
    internal double LearningRate { get; init; } = 1e-3;

    /// <summary>The learning rate of decoders, until one is chosen.</summary>
    internal double DecoderRate { get; init; } = 1e-3;

    /// <summary>Pairs to pre-train on.</summary>
    internal int Pairs { get; init; } = 8000;

    /// <summary>Pairs to score pre-training on.</summary>
    internal int ValidationPairs { get; init; } = 1024;

    /// <summary>Rounds of an Adaptor through the pairs.</summary>
    internal int Epochs { get; init; } = 30;

    /// <summary>The same where all pairs of encoders are compared, each with an Adaptor of its own.</summary>
    internal int GridEpochs { get; init; } = 20;

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
            Pairs = 32,
            ValidationPairs = 16,
            LearningRates = [1e-3],
            DecoderRates = [1e-3],
            Epochs = 1,
            GridEpochs = 1,
            EndToEndEpochs = 1,
            BatchSize = 16,
            EndToEndBatch = 16,
            Pictures = (40, 20, 40),
            HeadSteps = "2,2,2",
            DecoderSteps = "1,1,1",
            Repetitions = 1,
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
        DownstreamLearningRate = HeadRate,
    };

    internal AdaptorRunOptions Grid() => Fit(AdaptorArm.Adaptor) with { Kind = AdaptorRunKind.Grid, Epochs = GridEpochs };

    internal AdaptorRunOptions Segmentation(AdaptorArm arm, DiceTerm term) => Fit(arm) with { Kind = AdaptorRunKind.Segmentation, DiceTerm = term, DownstreamSteps = DecoderSteps, DownstreamLearningRate = DecoderRate };

    internal IEnumerable<AdaptorRunOptions> TriedRates() => LearningRates.Select(rate => Fit(AdaptorArm.Adaptor) with
    {
        Kind = AdaptorRunKind.LearningRate,
        LearningRate = rate,
        DownstreamSteps = "",
        DownstreamLearningRate = 0,
        TrainPictures = 0,
        ValidationPictures = 0,
        TestPictures = 0,
    });

    internal IEnumerable<AdaptorRunOptions> TriedDecoderRates() => DecoderRates.Select(rate => Segmentation(AdaptorArm.Adaptor, DiceTerm.Original) with
    {
        Kind = AdaptorRunKind.DecoderRate,
        DownstreamSteps = DecoderSteps.Split(',')[^1],
        DownstreamLearningRate = rate,
        TestPictures = 0,
    });

    internal AdaptorRunOptions Cost() => Fit(AdaptorArm.Adaptor) with { Kind = AdaptorRunKind.Cost, DownstreamSteps = "", DownstreamLearningRate = 0, Epochs = 0, TrainPictures = 0, ValidationPictures = 0, TestPictures = 0, Repetitions = Repetitions };

    internal AdaptorRunOptions Tokens() => Fit(AdaptorArm.Adaptor) with { Kind = AdaptorRunKind.Tokens, DownstreamSteps = "", DownstreamLearningRate = 0, Pairs = TokenPairs, Epochs = TokenEpochs, TrainPictures = 0, ValidationPictures = 0, TestPictures = 0 };

    internal static string Label(AdaptorRunOptions options)
    {
        // None holds another one, so that each can be asked for by itself.
        var name = NameOf(options.Arm);
        return options.Kind switch
        {
            AdaptorRunKind.Grid => "all encoders",
            AdaptorRunKind.Cost => "cost",
            AdaptorRunKind.Tokens => "token sequences",
            AdaptorRunKind.LearningRate => string.Create(CultureInfo.InvariantCulture, $"choice: learning rate {options.LearningRate}"),
            AdaptorRunKind.DecoderRate => string.Create(CultureInfo.InvariantCulture, $"choice: decoders' learning rate {options.DownstreamLearningRate}"),
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
            LearningRate = together ? EndToEndRate : learns ? LearningRate : 0,
            TrainPictures = Pictures.Train,
            ValidationPictures = Pictures.Validation,
            TestPictures = Pictures.Test,
        };
    }
}
