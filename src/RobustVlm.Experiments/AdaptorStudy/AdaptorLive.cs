using System.Globalization;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Some arms, pre-trained from cached embeddings on one seed in front of the reader, with heads on their features.</summary>
public sealed class AdaptorLive : IDisposable
{
    private readonly Lab _lab;
    private readonly AdaptorWorld _world;
    private readonly AdaptorPlan _plan;
    private readonly AdaptorExperimentOptions _options;
    private readonly (AdaptorArm Arm, AdaptorPreTraining Fit, IReadOnlyList<Measurement> Scores)[] _fits;

    private AdaptorLive(Lab lab, AdaptorWorld world, AdaptorPlan plan, AdaptorExperimentOptions options, (AdaptorArm, AdaptorPreTraining, IReadOnlyList<Measurement>)[] fits) =>
        (_lab, _world, _plan, _options, _fits) = (lab, world, plan, options, fits);

    /// <summary>How pre-training went, and what heads reach with 1, 10 and 100 % of the labels.</summary>
    public ResultTable Table => ResultTable
        .From(_fits.Select(fit => new
        {
            Features = AdaptorPlan.NameOf(fit.Arm),
            Loss = Score(fit.Arm, AdaptorPreTraining.Row, AdaptorPreTraining.LossColumn),
            Recall = Score(fit.Arm, AdaptorPreTraining.Row, AdaptorPreTraining.RecallColumn),
            Binary = Of(fit.Arm, AdaptorTask.Binary),
            Classes = Of(fit.Arm, AdaptorTask.ThreeClasses),
        }))
        .WithDecimals("Loss", 3).WithDecimals("Recall", 1)
        .Rename("Loss", "Validation loss / ln B").Rename("Recall", "Recall@1 / chance").Rename("Binary", "AUROC (%) at 1, 10, 100 %").Rename("Classes", "Accuracy (%) at 1, 10, 100 %")
        .WithCaption("One seed, trained just now from cached embeddings")
        .WithFootnotes("AUROC of consolidation against everything else; accuracy over normal, consolidation and edema, where guessing reaches a third.");

    /// <summary>Validation loss over the training: from true pairs, and from shuffled ones.</summary>
    public LineChart PlotLosses() => new()
    {
        Title = "Pre-training from cached embeddings: loss on pairs that are not trained on",
        XTitle = "training step",
        YTitle = "validation loss / ln B (1 = guessing)",
        Series = [.. _fits.Where(fit => fit.Fit.Watched.Count > 0).Select(fit => new LineSeries(
            AdaptorPlan.NameOf(fit.Arm), [.. fit.Fit.Watched.Select(point => (double)point.Step)], [.. fit.Fit.Watched.Select(point => point.Loss)])
        { Color = Palette.Of(AdaptorPlan.NameOf(fit.Arm)), Dashed = fit.Arm == AdaptorArm.ShuffledPairs })],
        References = [new ReferenceLine(1, "guessing")],
        Height = 380,
    };

    /// <summary>Trains decoders on the tokens of the live Adaptor and lays their masks over the pictures.</summary>
    /// <returns>Pictures, and the same numbers for all test pictures.</returns>
    /// <exception cref="InvalidOperationException">No Adaptor was trained here.</exception>
    public (ImageGrid Pictures, ResultTable Table) Segment()
    {
        var adaptor = Find(AdaptorArm.Adaptor);
        using var progress = Lab.Progress("Training decoders");
        using var scope = NewDisposeScope();
        var options = _plan.Segmentation(AdaptorArm.Adaptor, default);
        var parts = AdaptorDownstream.MaskParts.Of(_world, options, adaptor);
        var decoded = AdaptorDownstream.Steps(options).Select((step, i) =>
        {
            progress.Report((double)i / AdaptorPlan.Fractions.Count, AdaptorPlan.NameOf(step.Fraction));
            var probabilities = AdaptorDownstream.Decode(_lab, parts, options, step.Fraction, step.Steps).Probabilities;
            return (Name: $"Adaptor, {AdaptorPlan.NameOf(step.Fraction)} of the masks", Probabilities: probabilities, Result: Dice.Of(probabilities, parts.Test.Masks));
        }).ToList();
        var blank = zeros_like(parts.Test.Masks);
        decoded.Insert(0, ("predicting nothing", blank, Dice.Of(blank, parts.Test.Masks)));
        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{AdaptorPlan.Fractions.Count} decoders"));
        var table = ResultTable.From(decoded.Select(entry => new
        {
            Decoder = entry.Name,
            entry.Result.Official,
            Blank = entry.Result.BlankPredictor,
            Lead = entry.Result.Official - entry.Result.BlankPredictor,
            Positive = entry.Result.PositiveOnly,
            Detection = double.IsNaN(entry.Result.DetectionAuroc) ? (double?)null : entry.Result.DetectionAuroc,
        }))
        .AsPercent("Official", "Blank", "Lead", "Positive").WithDecimals("Detection", 3)
        .Rename("Official", "Official Dice").Rename("Blank", "Predicting nothing").Rename("Lead", "Above it").Rename("Positive", "Images with a mask only").Rename("Detection", "Detection AUROC")
        .WithCaption($"Segmentation of consolidation on {parts.Test.Masks.shape[0]} test pictures, one seed, trained just now");
        return (MaskPictures.Draw(_world.Images(AdaptorTask.Binary.Test(options)), parts.Test.Masks, [.. decoded.Select(entry => (entry.Name, entry.Probabilities, entry.Result))], _options.ShownMasks), table);
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString();

    /// <summary>Frees the modules.</summary>
    public void Dispose()
    {
        foreach (var fit in _fits)
        {
            fit.Fit.Dispose();
        }
    }

    internal static AdaptorLive Train(Lab lab, AdaptorWorld world, AdaptorPlan plan, AdaptorExperimentOptions options)
    {
        using var progress = Lab.Progress("Training from cached embeddings");
        var fits = new List<(AdaptorArm, AdaptorPreTraining, IReadOnlyList<Measurement>)>();
        foreach (var arm in options.LiveArms)
        {
            if (arm == AdaptorArm.EndToEnd)
            {
                throw new ArgumentException("End-to-end training takes minutes per seed; read its stored runs, or make them with ./notebooks/sweep 05-adaptor.", nameof(options));
            }

            var run = plan.Fit(arm);
            var fit = AdaptorPreTraining.Run(lab, world, run, (share, text) => progress.Report((fits.Count + (0.7 * share)) / options.LiveArms.Count, $"{AdaptorPlan.NameOf(arm)}: {text}"), options.LivePoints);
            fits.Add((arm, fit, [.. fit.Measured, .. AdaptorDownstream.Heads(lab, world, run, fit)]));
        }

        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{fits.Count} arms, {plan.Pairs} pairs"));
        return new AdaptorLive(lab, world, plan, options, [.. fits]);
    }

    internal double? Score(AdaptorArm arm, string row, string column) => _fits.First(fit => fit.Arm == arm).Scores.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;

    private string Of(AdaptorArm arm, AdaptorTask task) =>
        string.Join(", ", AdaptorPlan.Fractions.Select(fraction => Score(arm, task.Name, task.Column(fraction)) is { } value ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) : "–"));

    private AdaptorPreTraining Find(AdaptorArm arm) => Array.Find(_fits, fit => fit.Arm == arm).Fit
        ?? throw new InvalidOperationException($"{AdaptorPlan.NameOf(arm)} was not trained here; add AdaptorArm.{arm} to LiveArms.");
}
