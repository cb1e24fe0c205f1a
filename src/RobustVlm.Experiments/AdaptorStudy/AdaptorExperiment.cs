using System.Globalization;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Notebook 05: two frozen encoders joined by a small module, live for one seed, and from the sweep's stored runs for all.</summary>
public sealed class AdaptorExperiment : IDisposable
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = AdaptorSweep.Id;

    private readonly Lab _lab;
    private readonly AdaptorPlan _plan;
    private readonly AdaptorWorld _world;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public AdaptorExperiment(Lab lab, AdaptorExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? AdaptorExperimentOptions.For(lab.Scale);
        _plan = AdaptorSweep.Choose(lab, lab.Store, lab.Scale == Scale.Smoke ? Scale.Smoke : Scale.Demo).Plan;
        _world = new AdaptorWorld(lab);
    }

    /// <summary>The settings.</summary>
    public AdaptorExperimentOptions Options { get; }

    /// <summary>Some drawn radiographs with their reports: what belongs together is all that pre-training is told.</summary>
    public ImageGrid ShowPairs()
    {
        var set = AdaptorSet.Pairs(_plan.Fit(AdaptorArm.Adaptor)) with { Name = "shown pairs", Count = Options.ShownPairs };
        var (images, texts) = (_world.Images(set), _world.Texts(set));
        return new ImageGrid
        {
            Title = "Radiographs and their reports",
            Rows = [new GridRow([.. texts.Select((text, i) => new GridCell(TensorPicture.Of(images, i), text))])],
            CellSize = 176,
        };
    }

    /// <summary>The frozen encoders: what they are, and what they have seen.</summary>
    public ResultTable Encoders() => ResultTable
        .From([.. Enum.GetValues<AdaptorImageEncoder>().Select(encoder => new EncoderRow(
            AdaptorPlan.NameOf(encoder), "images", _world.Encoders.Images(encoder).Width, encoder == AdaptorImageEncoder.Autoencoder ? "radiographs, to draw them again" : "radiographs, to recognise two views of one")),
            .. Enum.GetValues<AdaptorTextEncoder>().Select(encoder => new EncoderRow(
            AdaptorPlan.NameOf(encoder), "texts", _world.Encoders.Texts(encoder).Width, encoder switch
            {
                AdaptorTextEncoder.HashedWords => "nothing: words are counted and the counts projected at random",
                AdaptorTextEncoder.BertCaptions => "captions of all worlds, to guess hidden words",
                _ => "radiology reports, to guess hidden words",
            }))])
        .Rename("Numbers", "Numbers per input").Rename("Seen", "What it was trained on, and for what")
        .WithCaption("Frozen encoders: none has seen an image and a text together, none a label")
        .WithFootnotes("A text of a BERT is the mean of its tokens; the released code takes the pooled first token, which is worth little without training for it.");

    /// <summary>Trained weights of the published module and of what it is compared with.</summary>
    public static ResultTable CountWeights()
    {
        (string Name, int Width)[] encoders = [("DINOv2 ViT-B/14", 768), ("DINOv2 ViT-S/14", 384), ("ResNet autoencoder", 512)];
        var main = (double)new AdaptorOptions().CountParameters();
        return ResultTable.From([
            .. encoders.Select(entry => new WeightRow($"Adaptor on {entry.Name}", Grouped(new AdaptorOptions { ImageWidth = entry.Width }.CountParameters()), null)),
            .. AdaptorCost.Competitors.Select(other => new WeightRow(other.Name, Grouped((long)other.Weights), 1 - (main / other.Weights))),
        ])
        .AsPercent("Saved").Rename("Weights", "Trained weights").Rename("Saved", "Adaptor on ViT-B/14 saves")
        .WithCaption("What is trained before any label is seen")
        .WithFootnotes("Adaptor: computed from its formula, and a test makes the module and counts. The others: as printed in the authors' notebook, rounded there.");
    }

    /// <summary>Trains from cached embeddings on the lab's seed, with heads at three shares of the labels.</summary>
    public AdaptorLive Train() => AdaptorLive.Train(_lab, _world, _plan, Options);

    /// <summary>Times an epoch of pre-training on this machine, now: from cached embeddings, and with both encoders in training.</summary>
    /// <returns>Bars of seconds, and the table behind them.</returns>
    public (BarChart Times, ResultTable Table) MeasureEpoch()
    {
        using var progress = Lab.Progress("Timing");
        var options = _plan.Cost();
        var embedding = AdaptorCost.Embedding(_world, options, Options.TimedPairs);
        var rows = AdaptorCost.Run(_lab, _world, options, progress.Report);
        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{options.Repetitions} repetitions, twice"));
        return AdaptorRuns.Epoch(rows, embedding, options.Pairs);
    }

    /// <summary>Trains the module over one token each, as published, and over token sequences, and looks at what the texts do to the images.</summary>
    public AdaptorAttentionView LookAtAttention()
    {
        using var progress = Lab.Progress("Attention");
        var options = _plan.Tokens();
        var kinds = Enum.GetValues<AdaptorAttention>();
        using var fits = new AdaptorTokensFits([.. kinds.Select((attention, i) => AdaptorTokens.Train(_lab, _world, options, attention, (share, text) => progress.Report((i + share) / kinds.Length, text)))]);
        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{options.Epochs} rounds through {options.Pairs} pairs, twice"));
        return AdaptorAttentionView.Of([.. kinds.Zip(fits.All)]);
    }

    /// <summary>The sweep's stored runs.</summary>
    public AdaptorRuns Stored() => new(_lab);

    /// <summary>An Adaptor on encoders or embeddings of one's own, see <see cref="AdaptorOwn"/>.</summary>
    /// <param name="options">What to take; null takes the settings, whose empty names are read from environment variables.</param>
    public AdaptorOwn TrainOwn(AdaptorOwnOptions? options = null) => AdaptorOwn.Train(_lab, _world, options ?? Options.Own);

    /// <summary>The published module and batch on made embeddings: proves that the path works at its size and how fast it is here.</summary>
    public ResultTable DryRun() => AdaptorPreset.DryRun(_lab, Options.DrySteps, null, Options.DryBatch);

    /// <summary>Heads and decoders on the paper's three sets, as far as this machine has them; nothing at other scales than Paper.</summary>
    /// <param name="own">What <see cref="TrainOwn"/> gave; null leaves the Adaptor out.</param>
    /// <returns>Two tables.</returns>
    public IReadOnlyList<ResultTable> PublishedSets(AdaptorOwn? own = null) => _lab.Scale != Scale.Paper ? [] :
        [AdaptorPreset.PublishedSets(_lab, own?.Module, own?.Backbone), AdaptorPreset.PublishedMasks(_lab, own?.Module, own?.Backbone)];

    /// <summary>Frees pictures and encoders.</summary>
    public void Dispose() => _world.Dispose();

    private static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record EncoderRow(string Encoder, string For, int Numbers, string Seen);

    private sealed record WeightRow(string Method, string Weights, double? Saved);

    private sealed class AdaptorTokensFits(AdaptorTokensFit[] all) : IDisposable
    {
        internal AdaptorTokensFit[] All => all;

        public void Dispose()
        {
            foreach (var fit in all)
            {
                fit.Dispose();
            }
        }
    }
}
