using System.Globalization;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>The sweep's stored runs at Demo scale, as plots and tables. What is not stored yet leaves a gap.</summary>
public sealed class AdaptorRuns
{
    private const int ResamplingSeed = 1;
    private const string Missing = "no stored run yet";

    private static readonly EstimateFormat s_percent = new(1, InPercent: true);
    private static readonly AdaptorArm[] s_curves = [AdaptorArm.EndToEnd, AdaptorArm.Adaptor, AdaptorArm.NoAdaptor, AdaptorArm.RandomAdaptor, AdaptorArm.ShuffledPairs, AdaptorArm.RandomEncoder];

    private readonly Lab _lab;
    private readonly AdaptorPlan _plan;
    private readonly IReadOnlyList<AdaptorRunOptions> _tried;
    private readonly RunRecord<AdaptorRunOptions>[] _runs;

    internal AdaptorRuns(Lab lab)
    {
        _lab = lab;
        var hashes = AdaptorEncoders.CheckpointsOf(lab);
        var store = lab.IsPublishing ? lab.Store.Published : lab.Store;   // what is published rests on what is published
        (_plan, _tried, _) = AdaptorSweep.Choose(lab, store, Scale.Demo);
        _runs = [.. store.ReadAll<AdaptorRunOptions>(AdaptorSweep.Id)
            .Where(run => run.MethodVersion == AdaptorSweep.Version && run.Environment.Scale == Scale.Demo && run.Checkpoints.All(entry => hashes.GetValueOrDefault(entry.Key) == entry.Value))];
    }

    /// <summary>Names of the tasks with heads.</summary>
    public static IReadOnlyList<string> Tasks => [.. AdaptorTask.All.Select(task => task.Name)];

    /// <summary>The learning rates that were tried on a seed that is reported nowhere else, and which were chosen.</summary>
    public ResultTable Choices => ResultTable
        .From(_tried.Select(options =>
        {
            var decoder = options.Kind == AdaptorRunKind.DecoderRate;
            var run = Run(AdaptorPlan.ChoosingSeed, options);
            var rate = decoder ? options.DownstreamLearningRate : options.LearningRate;
            return new
            {
                Of = decoder ? "decoders" : "Adaptor",
                Rate = rate,
                By = decoder ? "highest Dice on validation pictures" : "lowest loss / ln B on validation pairs",
                Score = decoder ? Find(run, AdaptorDownstream.SegmentationRow, AdaptorDownstream.ValidationColumn) : Find(run, AdaptorPreTraining.Row, AdaptorPreTraining.LossColumn),
                Chosen = run is null ? "not run yet" : rate == (decoder ? _plan.DecoderRate : _plan.LearningRate) ? "yes" : "",
            };
        }))
        .WithDecimals("Rate", 4).WithDecimals("Score", 4).Rename("Of", "Learning rate of").Rename("Rate", "Tried")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"Learning rates, chosen on seed {AdaptorPlan.ChoosingSeed}"));

    /// <summary>How pre-training went, for every arm and variant that learns from pairs.</summary>
    public ResultTable PreTraining => ResultTable
        .From(Variants.Where(variant => Values(variant.Options, AdaptorPreTraining.Row, AdaptorPreTraining.LossColumn).Length > 0).Select(variant => new
        {
            Features = variant.Name,
            Seeds = Runs(variant.Options).Length,
            Loss = Print(variant.Options, AdaptorPreTraining.Row, AdaptorPreTraining.LossColumn, new EstimateFormat(3)),
            Recall = Print(variant.Options, AdaptorPreTraining.Row, AdaptorPreTraining.RecallColumn, new EstimateFormat(1)),
            Seconds = Print(variant.Options, AdaptorPreTraining.Row, AdaptorPreTraining.SecondsColumn, new EstimateFormat(0)),
        }))
        .Rename("Loss", "Validation loss / ln B").Rename("Recall", "Recall@1 / chance")
        .WithCaption($"Pre-training, mean of the seeds with 95 % bootstrap interval {State}".TrimEnd())
        .WithFootnotes("Adaptor without a note has two layers and the released code's weight 0.75 of texts that pick their image.");

    /// <summary>What heads reach, for every arm and variant.</summary>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    public ResultTable Scores(string task)
    {
        var found = Find(task);
        return ResultTable
            .From(Variants.Where(variant => Runs(variant.Options).Length > 0).Select(variant => new
            {
                Features = variant.Name,
                One = Of(variant.Options, found, 0),
                Ten = Of(variant.Options, found, 1),
                All = Of(variant.Options, found, 2),
            }))
            .Rename("One", "1 %").Rename("Ten", "10 %").Rename("All", "100 %")
            .WithCaption($"{found.Metric} of {found.Name} at three shares of the labels, mean of the seeds with 95 % bootstrap interval {State}".TrimEnd());
    }

    /// <summary>Label efficiency: what heads reach as the share of the labels grows.</summary>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    public LineChart PlotLabels(string task)
    {
        var found = Find(task);
        double[] places = [0, 1, 2];
        return new LineChart
        {
            Title = $"Label efficiency, {found.Name}: mean and range of the seeds {State}",
            XTitle = "share of the 2,000 labels",
            YTitle = $"{found.Metric} (%)",
            PercentY = true,
            YRange = found.Classes == 1 ? (0.4, 1) : (0.2, 1),
            XScale = AxisScale.Categorical,
            Categories = [.. AdaptorPlan.Fractions.Select(AdaptorPlan.NameOf)],
            Series = [.. s_curves.Where(arm => Runs(_plan.Fit(arm)).Length > 0).Select(arm =>
            {
                var values = AdaptorPlan.Fractions.Select(fraction => Values(_plan.Fit(arm), found.Name, found.Column(fraction))).ToArray();
                return new LineSeries(AdaptorPlan.NameOf(arm), places, [.. values.Select(Mean)])
                {
                    Low = [.. values.Select(own => own.DefaultIfEmpty(double.NaN).Min())],
                    High = [.. values.Select(own => own.DefaultIfEmpty(double.NaN).Max())],
                    Color = Palette.Of(AdaptorPlan.NameOf(arm)),
                    Dashed = arm is not (AdaptorArm.Adaptor or AdaptorArm.EndToEnd or AdaptorArm.NoAdaptor),
                };
            })],
            References = [found.Classes == 1 ? new ReferenceLine(0.5, "guessing") : new ReferenceLine(1.0 / found.Classes, "guessing")],
            Width = 860,
        }.OrGap();
    }

    /// <summary>Adaptor minus each other arm, of the same seed: what freezing costs, and what the module adds.</summary>
    public ResultTable Differences => ResultTable
        .From(s_curves.Where(arm => arm != AdaptorArm.Adaptor).Concat([AdaptorArm.BatchAttention]).SelectMany(arm => AdaptorTask.All.Select(task => new
        {
            Other = AdaptorPlan.NameOf(arm),
            Task = $"{task.Name}, {task.Metric}",
            One = Difference(_plan.Fit(AdaptorArm.Adaptor), _plan.Fit(arm), task.Name, task.Column(AdaptorPlan.Fractions[0])),
            Ten = Difference(_plan.Fit(AdaptorArm.Adaptor), _plan.Fit(arm), task.Name, task.Column(AdaptorPlan.Fractions[1])),
            All = Difference(_plan.Fit(AdaptorArm.Adaptor), _plan.Fit(arm), task.Name, task.Column(AdaptorPlan.Fractions[2])),
        })))
        .Rename("Other", "Adaptor minus").Rename("One", "1 %").Rename("Ten", "10 %").Rename("All", "100 %")
        .WithCaption($"Paired differences in points: mean of the seeds with 95 % bootstrap interval {State}".TrimEnd());

    /// <summary>Cost against quality: seconds of pre-training, and what heads reach with all labels. A point per seed.</summary>
    public LineChart PlotCost()
    {
        (string Name, AdaptorRunOptions Options, string Color)[] arms =
        [
            (AdaptorPlan.NameOf(AdaptorArm.EndToEnd), _plan.Fit(AdaptorArm.EndToEnd), Palette.Of(AdaptorPlan.NameOf(AdaptorArm.EndToEnd))),
            ("Adaptor", _plan.Fit(AdaptorArm.Adaptor), Palette.Of("Adaptor")),
            ("Adaptor, 1 layer", _plan.Fit(AdaptorArm.Adaptor, layers: 1), Palette.Of("FARE")),
            ("Adaptor, projections only", _plan.Fit(AdaptorArm.Adaptor, layers: 0), Palette.Of("LoRA")),
        ];
        return new LineChart
        {
            Title = $"Cost and quality: pre-training time, and AUROC with all labels; a point per seed {State}",
            XTitle = "seconds of pre-training on one core (embeddings cached before)",
            YTitle = $"{AdaptorTask.Binary.Metric} of {AdaptorTask.Binary.Name} (%)",
            XScale = AxisScale.Log,
            Series = [.. arms.Select(arm => (arm.Name, arm.Color, Runs: Runs(arm.Options))).Where(arm => arm.Runs.Length > 0).Select(arm => new LineSeries(
                arm.Name,
                [.. arm.Runs.Select(run => Find(run, AdaptorPreTraining.Row, AdaptorPreTraining.SecondsColumn) ?? double.NaN)],
                [.. arm.Runs.Select(run => 100 * (Find(run, AdaptorTask.Binary.Name, AdaptorTask.Binary.Column(AdaptorPlan.Fractions[^1])) ?? double.NaN))])
            { Unconnected = true, Color = arm.Color })],
            References = [],
            Width = 860,
        }.OrGap();
    }

    /// <summary>Weights and seconds, frozen and end to end.</summary>
    public ResultTable Cost => ResultTable.From(new[]
    {
        ("an epoch from cached embeddings (s)", Print(_plan.Cost(), AdaptorCost.TimeRow, AdaptorCost.FrozenColumn, new EstimateFormat(2))),
        ("an epoch end to end (s)", Print(_plan.Cost(), AdaptorCost.TimeRow, AdaptorCost.TogetherColumn, new EstimateFormat(1))),
        ("weights trained, frozen", Print(_plan.Cost(), AdaptorCost.TimeRow, "weights trained, frozen", new EstimateFormat(0))),
        ("weights trained, end to end", Print(_plan.Cost(), AdaptorCost.TimeRow, "weights trained, end to end", new EstimateFormat(0))),
    }.Select(entry => new { What = entry.Item1, Ours = entry.Item2 }))
    .WithCaption($"Cost here: mean of the seeds with 95 % interval {State}".TrimEnd())
    .WithFootnotes("The small encoders have few weights, so the share of trained weights says little here; at the published sizes see the table of weights.");

    /// <summary>What every pair of encoders reaches.</summary>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    /// <param name="percent">Share of the labels: 1, 10 or 100.</param>
    public BarChart PlotEncoders(string task, int percent)
    {
        var found = Find(task);
        var fraction = AdaptorPlan.Fractions.FirstOrDefault(fraction => Math.Round(100 * fraction) == percent, double.NaN);
        if (double.IsNaN(fraction))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "Heads were trained with 1, 10 and 100 % of the labels; choose one of them.");
        }

        string[] colors = [Palette.Of("zero-shot"), Palette.Of("LoRA"), Palette.Of("PMG-AFT")];
        return new BarChart
        {
            Title = $"Which encoder matters, {found.Name}, {percent} % of the labels: mean of the seeds with 95 % interval {State}",
            XTitle = "frozen image encoder",
            YTitle = $"{found.Metric} (%)",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. Enum.GetValues<AdaptorImageEncoder>().Select(AdaptorPlan.NameOf)],
            Series = [.. Enum.GetValues<AdaptorTextEncoder>().Select((text, i) =>
            {
                var values = Enum.GetValues<AdaptorImageEncoder>().Select(image => Values(_plan.Grid(), AdaptorFit.RowOf(image, text, found), found.Column(fraction))).ToArray();
                return Bars(AdaptorPlan.NameOf(text), values) with { Color = colors[i], Dots = values };
            })],
            References = [found.Classes == 1 ? new ReferenceLine(0.5, "guessing") : new ReferenceLine(1.0 / found.Classes, "guessing")],
            Width = 900,
        };
    }

    /// <summary>How far apart image encoders are, and text encoders, beside the authors' numbers.</summary>
    public ResultTable Spreads => ResultTable
        .From(AdaptorTask.All.SelectMany(task => AdaptorPlan.Fractions.Select(fraction => new
        {
            Task = $"{task.Column(fraction)} of {task.Name}",
            Images = Print(_plan.Grid(), AdaptorFit.SpreadRow, AdaptorFit.SpreadColumn(task, fraction, "image encoders")),
            Texts = Print(_plan.Grid(), AdaptorFit.SpreadRow, AdaptorFit.SpreadColumn(task, fraction, "text encoders")),
            Authors = (task.Classes, fraction) switch { (1, 0.01) => "6.2 and 0.7 to 2.1", (1, 1) => "5.4 and 0.1 to 0.4", _ => "–" },
        })))
        .Rename("Images", "Image encoders").Rename("Texts", "Text encoders").Rename("Authors", "Authors' notebook, RSNA")
        .WithCaption($"Largest minus smallest mean, in points {State}".TrimEnd());

    /// <summary>Segmentation with the two columns that tell what the official Dice hides.</summary>
    public ResultTable Segmentation => ResultTable
        .From(Decoded.Where(entry => Runs(entry.Options).Length > 0).SelectMany(entry => AdaptorPlan.Fractions.Select(fraction => new
        {
            Features = entry.Name,
            Labels = AdaptorPlan.NameOf(fraction),
            Official = Mask(entry.Options, AdaptorDownstream.OfficialColumn, fraction),
            Blank = Mask(entry.Options, AdaptorDownstream.BlankColumn, fraction),
            Lead = Mask(entry.Options, AdaptorDownstream.LeadColumn, fraction),
            Positive = Mask(entry.Options, AdaptorDownstream.PositiveColumn, fraction),
            Detection = Print(entry.Options, AdaptorDownstream.SegmentationRow, AdaptorDownstream.At(AdaptorDownstream.DetectionColumn, fraction), new EstimateFormat(3)),
        })))
        .Rename("Labels", "Masks").Rename("Official", "Official Dice").Rename("Blank", "Predicting nothing").Rename("Lead", "Above it").Rename("Positive", "Images with a mask only").Rename("Detection", "Detection AUROC")
        .WithCaption($"Segmentation of consolidation: mean of the seeds with 95 % interval {State}".TrimEnd());

    /// <summary>The official Dice beside the Dice on images that have a mask, with 1 and with 100 % of the masks.</summary>
    public BarChart PlotSegmentation()
    {
        var bars = Decoded.SelectMany(entry => new[] { AdaptorPlan.Fractions[0], AdaptorPlan.Fractions[^1] }.Select(fraction => (Name: $"{entry.Name}, {AdaptorPlan.NameOf(fraction)}", entry.Options, Fraction: fraction))).ToArray();
        BarSeries Series(string name, string column, string color)
        {
            var values = bars.Select(bar => Values(bar.Options, AdaptorDownstream.SegmentationRow, AdaptorDownstream.At(column, bar.Fraction))).ToArray();
            return Bars(name, values) with { Color = color, Dots = values };
        }

        var blank = bars.SelectMany(bar => Values(bar.Options, AdaptorDownstream.SegmentationRow, AdaptorDownstream.At(AdaptorDownstream.BlankColumn, bar.Fraction))).ToArray();
        return new BarChart
        {
            Title = $"Segmentation with 1 and 100 % of the masks: mean of the seeds with 95 % interval {State}",
            YTitle = "Dice (%)",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. bars.Select(bar => bar.Name)],
            Series = [Series("official Dice", AdaptorDownstream.OfficialColumn, Palette.Of("LoRA")), Series("images with a mask only", AdaptorDownstream.PositiveColumn, Palette.Of("Adaptor"))],
            References = [new ReferenceLine(blank.Length > 0 ? blank.Average() : 1 - AdaptorTask.Positive, "predicting nothing (official Dice)")],
            Width = 1180,
            Height = 520,
        };
    }

    /// <summary>What texts do to images: the largest change by a dummy text, and token sequences on one seed.</summary>
    public ResultTable Attention => ResultTable
        .From(new[] { AdaptorArm.Adaptor, AdaptorArm.BatchAttention }.Select(arm => new AttentionRow(
            AdaptorPlan.NameOf(arm), Print(_plan.Fit(arm), AdaptorPreTraining.Row, AdaptorPreTraining.DummyColumn, new EstimateFormat(3)), "–", "–"))
            .Concat(Enum.GetValues<AdaptorAttention>().Select(attention => new AttentionRow(
                $"trained over {AdaptorTokens.RowOf(attention)}", "–",
                Print(_plan.Tokens(), AdaptorTokens.RowOf(attention), AdaptorTokens.RightColumn), Print(_plan.Tokens(), AdaptorTokens.RowOf(attention), AdaptorTokens.WrongColumn)))))
        .Rename("Dummy", "A dummy text changes images by").Rename("Right", "Finds its own text").Rename("Wrong", "Finds a wrong partner's text")
        .WithCaption($"Attention: mean of the seeds; token sequences on seed {AdaptorPlan.ExtraSeed} alone {State}".TrimEnd());

    /// <summary>The claim that 1 % of the masks is worth more than 100 %, in one sentence.</summary>
    public AdaptorVerdict Verdict => AdaptorVerdict.Of(_lab);

    /// <summary>The authors' numbers of classification.</summary>
    public static ResultTable AuthorsClassification => AdaptorThesis.Classification;

    /// <summary>The authors' numbers of segmentation, and what predicting nothing would score.</summary>
    public static ResultTable AuthorsSegmentation => AdaptorThesis.Segmentation;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Stored} of {Planned.Length} runs at Demo scale are stored.{(Stored < Planned.Length ? "\n./notebooks/sweep 05-adaptor --scale demo makes the rest." : "")}");

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <summary>Seconds of an epoch, from the rows of a run, beside the seconds of computing the embeddings once.</summary>
    internal static (BarChart Times, ResultTable Table) Epoch(IReadOnlyList<Measurement> rows, double embedding, int pairs)
    {
        double Value(string column) => rows.Single(row => row.Row == AdaptorCost.TimeRow && row.Column == column).Value;
        var (frozen, together) = (Value(AdaptorCost.FrozenColumn), Value(AdaptorCost.TogetherColumn));
        var chart = new BarChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"An epoch of {pairs} pairs, on this machine, now"),
            YTitle = "seconds",
            Categories = ["embeddings, once", "epoch, cached", "epoch, end to end"],
            Series = [new BarSeries("seconds", [embedding, frozen, together]) { Color = Palette.Of("Adaptor") }],
            Width = 680,
            Height = 380,
        };
        var table = ResultTable.From([new { Once = embedding, Frozen = frozen, Together = together, Ratio = together / frozen, Break = Math.Ceiling(embedding / Math.Max(together - frozen, 1e-9)) }])
            .WithDecimals("Once", 1).WithDecimals("Frozen", 2).WithDecimals("Together", 1).WithDecimals("Ratio", 1).WithDecimals("Break", 0)
            .Rename("Once", "Embeddings, once (s)").Rename("Frozen", "Epoch from the cache (s)").Rename("Together", "Epoch end to end (s)").Rename("Ratio", "Times longer").Rename("Break", "Epochs until the cache has paid")
            .WithCaption("Time of pre-training, measured just now");
        return (chart, table);
    }

    private (string Name, AdaptorRunOptions Options)[] Variants =>
    [
        .. s_curves.Select(arm => (AdaptorPlan.NameOf(arm), _plan.Fit(arm))),
        ("Adaptor, projections only (L = 0)", _plan.Fit(AdaptorArm.Adaptor, layers: 0)),
        ("Adaptor, one layer (L = 1)", _plan.Fit(AdaptorArm.Adaptor, layers: 1)),
        ("Adaptor, weight 0.25", _plan.Fit(AdaptorArm.Adaptor, textWeight: 0.25)),
        ("Adaptor, weight 0.5 (CLIP's loss)", _plan.Fit(AdaptorArm.Adaptor, textWeight: 0.5)),
        (AdaptorPlan.NameOf(AdaptorArm.BatchAttention), _plan.Fit(AdaptorArm.BatchAttention)),
    ];

    private (string Name, AdaptorRunOptions Options)[] Decoded =>
    [
        ("Adaptor", _plan.Segmentation(AdaptorArm.Adaptor, DiceTerm.Original)),
        ("Adaptor, modified", _plan.Segmentation(AdaptorArm.Adaptor, DiceTerm.Modified)),
        .. AdaptorPlan.Segmented.Where(arm => arm != AdaptorArm.Adaptor).Select(arm => (AdaptorPlan.NameOf(arm), _plan.Segmentation(arm, DiceTerm.Original))),
    ];

    private (ulong Seed, AdaptorRunOptions Options)[] Planned => [.. AdaptorPlan.Seeds.SelectMany(seed => AdaptorSweep.OptionsOf(_plan, seed).Select(options => (seed, options)))];

    private int Stored => Planned.Count(entry => Run(entry.Seed, entry.Options) is not null);

    private string State => Stored == Planned.Length ? "" : string.Create(CultureInfo.InvariantCulture, $"({Stored} of {Planned.Length} runs so far)");

    private static AdaptorTask Find(string task) => AdaptorTask.All.FirstOrDefault(known => known.Name == task)
        ?? throw new ArgumentException($"There is no task '{task}'; there are: {string.Join(", ", Tasks)}.", nameof(task));

    private static BarSeries Bars(string name, IReadOnlyList<double[]> values) => StoredCharts.Bars(name, [.. values.Select(Estimate)]);

    private static double Mean(double[] values) => values.Length > 0 ? values.Average() : double.NaN;

    private static Interval? Estimate(double[] values) => values.Length > 0 ? Statistics.Bootstrap(values, new Random(ResamplingSeed)) : null;

    private string Of(AdaptorRunOptions options, AdaptorTask task, int fraction) => Print(options, task.Name, task.Column(AdaptorPlan.Fractions[fraction]));

    private string Mask(AdaptorRunOptions options, string column, double fraction) => Print(options, AdaptorDownstream.SegmentationRow, AdaptorDownstream.At(column, fraction));

    private string Print(AdaptorRunOptions options, string row, string column, EstimateFormat? format = null) =>
        Estimate(Values(options, row, column)) is { } estimate ? (format ?? s_percent).Print(estimate) : "–";

    private string Difference(AdaptorRunOptions one, AdaptorRunOptions other, string row, string column)
    {
        double[] differences = [.. AdaptorPlan.Seeds.Select(seed => Find(Run(seed, one), row, column) - Find(Run(seed, other), row, column)).OfType<double>()];
        return Estimate(differences) is { } estimate ? s_percent.Print(estimate) : "–";
    }

    private double[] Values(AdaptorRunOptions options, string row, string column) => [.. Runs(options).Select(run => Find(run, row, column)).OfType<double>()];

    private RunRecord<AdaptorRunOptions>[] Runs(AdaptorRunOptions options) => [.. AdaptorPlan.Seeds.Select(seed => Run(seed, options)).OfType<RunRecord<AdaptorRunOptions>>()];

    private RunRecord<AdaptorRunOptions>? Run(ulong seed, AdaptorRunOptions options) => Array.Find(_runs, run => run.Environment.Seed == seed && run.Options == options);

    private static double? Find(RunRecord<AdaptorRunOptions>? run, string row, string column) =>
        run?.Measurements.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value;

    private sealed record AttentionRow(string Module, string Dummy, string Right, string Wrong);
}
