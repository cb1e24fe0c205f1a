using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Makes the runs. Of one seed, all arms get the same pairs in the same order, and the same labels.</summary>
internal sealed class AdaptorFit
{
    internal const string SpreadRow = "spread";
    internal const string LeadColumn = "image encoders minus three times text encoders";

    private const double PreTrainingShare = 0.6;

    // Neighbouring runs of a sweep share a seed's pictures.
    private (ulong Seed, AdaptorWorld World)? _last;

    /// <summary>Makes a run.</summary>
    internal SweepOutcome Run(Lab lab, AdaptorRunOptions options, Action<double, string> progress)
    {
        var world = World(lab);
        var rows = options.Kind switch
        {
            AdaptorRunKind.Grid => Grid(lab, world, options, progress),
            AdaptorRunKind.Cost => AdaptorCost.Run(lab, world, options, progress),
            AdaptorRunKind.Tokens => AdaptorTokens.Run(lab, world, options, progress),
            _ => Arm(lab, world, options, progress),
        };
        return new SweepOutcome(rows, Precision: options.Arm == AdaptorArm.EndToEnd ? "bfloat16 encoders in training where that is fast, float32 weights and scores" : "float32");
    }

    /// <summary>Row of a task for a pair of encoders.</summary>
    internal static string RowOf(AdaptorImageEncoder image, AdaptorTextEncoder text, AdaptorTask task) => $"{PairOf(image, text)}: {task.Name}";

    internal static string PairOf(AdaptorImageEncoder image, AdaptorTextEncoder text) => $"{AdaptorPlan.NameOf(image)}, {AdaptorPlan.NameOf(text)}";

    internal static string SpreadColumn(AdaptorTask task, double fraction, string what) => $"{task.Column(fraction)}: {what}";

    /// <summary>How far apart the means of each encoder are: the largest minus the smallest, and the difference that is claimed to be positive.</summary>
    internal static IEnumerable<Measurement> Spreads(IReadOnlyList<Measurement> rows) => AdaptorTask.All.SelectMany(task => AdaptorPlan.Fractions.SelectMany(fraction =>
    {
        double Value(AdaptorImageEncoder image, AdaptorTextEncoder text) => rows.Single(row => row.Row == RowOf(image, text, task) && row.Column == task.Column(fraction)).Value;
        var (images, texts) = (Enum.GetValues<AdaptorImageEncoder>(), Enum.GetValues<AdaptorTextEncoder>());
        var ofImages = Spread(images.Select(image => texts.Average(text => Value(image, text))));
        var ofTexts = Spread(texts.Select(text => images.Average(image => Value(image, text))));
        return new[] { ("image encoders", ofImages), ("text encoders", ofTexts), (LeadColumn, ofImages - (3 * ofTexts)) }
            .Select(entry => new Measurement(SpreadRow, SpreadColumn(task, fraction, entry.Item1), entry.Item2));
    }));

    private static double Spread(IEnumerable<double> means) => means.Max() - means.Min();

    private static List<Measurement> Arm(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress)
    {
        using var arm = AdaptorPreTraining.Run(lab, world, options, (share, text) => progress(PreTrainingShare * share, text));
        if (options.Kind == AdaptorRunKind.LearningRate)
        {
            return [.. arm.Measured];
        }

        if (options.Kind == AdaptorRunKind.DecoderRate)
        {
            return [AdaptorDownstream.ValidationDice(lab, world, options, arm)];
        }

        if (options.Kind == AdaptorRunKind.Segmentation)
        {
            return [.. AdaptorDownstream.Decoders(lab, world, options, arm, share => progress(PreTrainingShare + ((1 - PreTrainingShare) * share), "training decoders"))];
        }

        progress(PreTrainingShare, "training heads");
        return [.. arm.Measured, .. AdaptorDownstream.Heads(lab, world, options, arm)];
    }

    private static List<Measurement> Grid(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress)
    {
        var pairs = Enum.GetValues<AdaptorImageEncoder>().SelectMany(image => Enum.GetValues<AdaptorTextEncoder>().Select(text => (Image: image, Text: text))).ToArray();
        var rows = new List<Measurement>();
        foreach (var (index, pair) in pairs.Index())
        {
            var own = options with { Kind = AdaptorRunKind.Fit, ImageEncoder = pair.Image, TextEncoder = pair.Text };
            var name = PairOf(pair.Image, pair.Text);
            rows.AddRange(Arm(lab, world, own, (share, _) => progress((index + share) / pairs.Length, name)).Select(row => row with { Row = $"{name}: {row.Row}" }));
        }

        rows.AddRange(Spreads(rows));
        return rows;
    }

    private AdaptorWorld World(Lab lab)
    {
        if (_last is not { } last || last.Seed != lab.Seed)
        {
            _last?.World.Dispose();
            _last = last = (lab.Seed, new AdaptorWorld(lab));
        }

        return last.World;
    }
}
