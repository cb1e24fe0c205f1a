using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>The shipped diffusion model under attack, and what can be drawn of it.</summary>
public sealed class PrivacyLive : IDisposable
{
    internal const string Members = "members";
    internal const string Others = "others";

    private const int Bins = 12;
    private const double ChanceLevel = 0.5;

    private static readonly string[] s_pair = ["member", "other"];

    private readonly Lab _lab;
    private readonly DenoisingUNet _network;
    private readonly DiffusionModel _model;
    private readonly CandidateImages _candidates;
    private readonly PrivacyScores _scores;
    private readonly bool[] _members;
    private readonly List<(string Name, AttackAccess Access, MembershipScores Told, double Auc, double[] Values)> _attacks = [];
    private Tensor? _features;

    private PrivacyLive(Lab lab, PrivacyExperimentOptions options)
    {
        var recipe = MiniDiffusionRecipe.Full;
        _lab = lab;
        _network = ShippedCheckpoints.Load<DenoisingUNet>(lab, ShippedCheckpoints.DiffusionName);
        _model = new DiffusionModel(_network);
        using var images = Pictures(lab);
        var (all, first, count) = (images.Candidates, recipe.Options.Candidates, options.Candidates);
        Tensor Both(Tensor from) => cat([from.narrow(0, 0, count), from.narrow(0, first, count)], 0);
        _candidates = new CandidateImages(Both(all.Images), Both(all.Captions!), [.. all.Ids.Take(count), .. all.Ids.Skip(first).Take(count)]);   // not null: these pictures have captions
        _members = [.. Enumerable.Range(0, 2 * count).Select(i => i < count)];
        _scores = new PrivacyScores(lab, recipe.Options with { Candidates = count, Samples = options.Samples, Repeats = options.Repeats }, _candidates,
            ShippedCheckpoints.Load<Autoencoder>(lab, ShippedCheckpoints.AutoencoderName));
        Query = _scores.Query(new TrajectoryQueryOptions { Repeats = options.Repeats });
    }

    /// <summary>The question of the trajectory attack.</summary>
    public TrajectoryQuery Query { get; }

    /// <summary>All attacks: what each has to be able to ask, and how well it tells members from others.</summary>
    public ResultTable Attacks => ResultTable.From(_attacks.Select(attack =>
    {
        var (low, high) = attack.Told.Interval(new Random(1));
        return new
        {
            Attack = attack.Name,
            Asks = Words(attack.Access),
            Auc = new EstimateFormat(2).Print(new Interval(attack.Auc, low, high, _members.Length)),
            Found = attack.Told.TruePositivesAt(0.05),
        };
    }))
    .AsPercent("Found").Rename("Auc", "AUC").Rename("Found", "Members found at 5 % false alarms")
    .WithCaption($"Attacks on the shipped model: {_members.Length / 2} members and as many others, 95 % bootstrap interval over the images")
    .WithFootnotes("AUC 0.5 is guessing, 1 is certainty. Lower scores mean members in every attack; no sign was turned afterwards.");

    /// <summary>Generative steps of one member and one other: image-to-image above, from the caption alone below.</summary>
    /// <param name="which">Which pair, from 0.</param>
    public ImageGrid ShowSteps(int which = 0)
    {
        var count = _members.Length / 2;
        if (which < 0 || which >= count)
        {
            throw new ArgumentOutOfRangeException(nameof(which), which, $"There are {count} pairs, counted from 0.");
        }

        using var scope = NewDisposeScope();
        var places = tensor([(long)which, count + which], device: _candidates.Images.device);
        var pair = new CandidateImages(_candidates.Images.index_select(0, places), _candidates.Captions!.index_select(0, places), [_candidates.Ids[which], _candidates.Ids[count + which]]);   // not null: these pictures have captions
        var rows = new List<GridRow>();
        foreach (var start in new[] { TrajectoryStart.Image, TrajectoryStart.Text })
        {
            using var random = _lab.Random("privacy: shown steps");
            var series = new TrajectoryQuery(new TrajectoryQueryOptions { Start = start, Repeats = 1 }).Series(_model, pair, new CounterNoise(random), 0);
            foreach (var (i, name) in s_pair.Index())
            {
                rows.Add(new GridRow(
                    [
                        new GridCell(TensorPicture.Of(pair.Images, i), "the picture"),
                        .. series.Select((image, step) => new GridCell(TensorPicture.Of(image.to(ScalarType.Float32), i), string.Create(CultureInfo.InvariantCulture,
                            $"MSE {ImageDistances.Squared(pair.Images, image)[i].ToDouble():0.000}"))),
                    ],
                    start == TrajectoryStart.Image ? $"{name}, varied" : $"{name}, from words"));
            }
        }

        return new ImageGrid
        {
            Title = "Eight generative steps, and each preview's distance from the picture",
            Rows = rows,
            ColumnHeaders = ["candidate", .. Enumerable.Range(1, rows[0].Cells.Count - 1).Select(step => string.Create(CultureInfo.InvariantCulture, $"step {step}"))],
            CellSize = 80,
        };
    }

    /// <summary>How previews approach the candidate, for members and for others.</summary>
    /// <param name="measure">One of the query's measures.</param>
    public LineChart PlotApproach(string measure = "MSE")
    {
        var values = Column(measure);
        double[] steps = [.. Enumerable.Range(1, Query.Length).Select(step => (double)step)];
        LineSeries Line(string name, bool member)
        {
            double[] At(double share) => [.. Enumerable.Range(0, Query.Length).Select(k => Quantile([.. values.Where((_, i) => _members[i] == member).Select(row => row[k])], share))];
            return new(name, steps, At(0.5)) { Low = At(0.25), High = At(0.75), Color = Palette.Of(name) };
        }

        return new LineChart
        {
            Title = $"Distance of the previews from the picture: median and middle half of {_members.Length / 2} pictures each",
            XTitle = "generative step",
            YTitle = measure,
            Series = [Line(Members, true), Line(Others, false)],
            Height = 380,
        };
    }

    /// <summary>The scores of members and others under one attack.</summary>
    /// <param name="attack">A name from <see cref="Attacks"/>.</param>
    public BarChart PlotScores(string attack)
    {
        var found = _attacks.FirstOrDefault(entry => entry.Name == attack);
        if (found.Values is null)
        {
            throw new ArgumentException($"There is no attack '{attack}'; choose one of {string.Join("; ", _attacks.Select(entry => entry.Name))}.", nameof(attack));
        }

        // What lies beyond the outer per cent is counted in the outer bins.
        var (from, to) = (Quantile(found.Values, 0.01), Quantile(found.Values, 0.99));
        var width = to > from ? (to - from) / Bins : 1;
        BarSeries Bars(string name, bool member)
        {
            var own = found.Values.Where((_, i) => _members[i] == member).ToArray();
            return new(name, [.. Enumerable.Range(0, Bins).Select(bin => own.Count(value => Math.Clamp((int)((value - from) / width), 0, Bins - 1) == bin) / (double)own.Length)]) { Color = Palette.Of(name) };
        }

        return new BarChart
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"{attack}: scores of members and others, AUC {found.Auc:0.00}"),
            XTitle = "score; the attack calls low ones members",
            YTitle = "share of the pictures (%)",
            PercentY = true,
            Categories = [.. Enumerable.Range(0, Bins).Select(bin => (from + ((bin + 0.5) * width)).ToString("G3", CultureInfo.InvariantCulture))],
            Series = [Bars(Members, true), Bars(Others, false)],
            Height = 380,
        };
    }

    /// <summary>ROC curves: members found against false alarms.</summary>
    public LineChart PlotRoc() => new()
    {
        Title = $"Members found against false alarms, {_members.Length / 2} pictures each",
        XTitle = "others taken for members (%)",
        YTitle = "members found (%)",
        PercentY = true,
        YRange = (0, 1),
        Series =
        [
            .. _attacks.Where(attack => PrivacyScores.Drawn.Contains(attack.Name)).Select(attack => new LineSeries(attack.Name, [.. attack.Told.Roc.Select(point => 100 * point.FalsePositives)], [.. attack.Told.Roc.Select(point => point.TruePositives)])
            { Markers = false, Color = Palette.Of(attack.Name) }),
            new LineSeries("guessing", [0, 100], [0, 1]) { Dashed = true, Markers = false, Color = "#9A9A9A" },
        ],
        Width = 900,
    };

    /// <summary>AUC of every measure at every step by itself.</summary>
    public ResultTable HeatMap => ResultTable.From(Query.Measures.SelectMany((measure, m) => Query.Steps.Select((step, k) => new
    {
        Measure = measure,
        Step = PrivacyScores.HeadOf(step),
        Auc = MembershipScores.Of(_features!.select(1, m).select(1, k).contiguous(), _members).Auc,   // not null: filled before anybody can ask
    }))).WithDecimals("Auc", 2).Pivot("Measure", "Step", "Auc")
    .WithCaption("AUC of one distance at one preview, the first to the last");

    /// <summary>What other classifiers make of the same series, and what is left when labels are shuffled.</summary>
    /// <param name="own">Classifiers of one's own.</param>
    public ResultTable Classifiers(params IMembershipClassifier[] own)
    {
        ArgumentNullException.ThrowIfNull(own);
        IMembershipClassifier[] all = [new LogisticMembership(), new SingleFeatureMembership(), new PerceptronMembership(), .. own];
        using var random = _lab.Random("privacy: other classifiers");
        double Auc(IMembershipClassifier classifier, bool shuffled) =>
            new MembershipCrossValidation(new MembershipCrossValidationOptions { Repeats = 1, ShuffledLabels = shuffled }).Run(_features!, _members, classifier, random).Auc;   // not null: filled before anybody can ask
        return ResultTable.From(all.Select(classifier => new { Classifier = classifier.Name, Auc = Auc(classifier, false), Shuffled = Auc(classifier, true) }))
            .WithDecimals("Auc", 2).WithDecimals("Shuffled", 2).Rename("Auc", "AUC").Rename("Shuffled", "AUC, shuffled labels")
            .WithCaption("The same series of images, other classifiers; five folds, scaling and choices inside the training part")
            .WithFootnotes(string.Create(CultureInfo.InvariantCulture, $"With {_members.Length / 2} pictures of each kind, guessing gives 0.5, give or take {2 * Math.Sqrt((_members.Length + 1) / (3.0 * _members.Length * _members.Length)):0.00} (two standard errors)."));
    }

    /// <summary>Attacks of one's own beside the strongest built-in one.</summary>
    /// <param name="attacks">The attacks, e.g. an <see cref="OwnAttack"/>.</param>
    public ResultTable Try(params IMembershipAttack[] attacks)
    {
        ArgumentNullException.ThrowIfNull(attacks);
        var best = _attacks.MaxBy(attack => attack.Auc);
        var told = attacks.Select(attack => (attack.Name, attack.Access, Told: MembershipScores.Of(Score(attack), _members)));
        return ResultTable.From(told.Select(entry => (entry.Name, entry.Access, entry.Told, entry.Told.Auc)).Append((best.Name + " (best built-in)", best.Access, best.Told, best.Auc))
            .Select(entry => new { Attack = entry.Item1, Asks = Words(entry.Item2), Auc = entry.Item4, Found = entry.Item3.TruePositivesAt(0.05) }))
            .WithDecimals("Auc", 2).AsPercent("Found").Rename("Auc", "AUC").Rename("Found", "Members found at 5 % false alarms")
            .WithCaption("Attacks of your own on the shipped model");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _scores.Dispose();
        _features?.Dispose();
        _candidates.Images.Dispose();
        _candidates.Captions?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var best = _attacks.MaxBy(attack => attack.Auc);
        var trajectory = _attacks.First(attack => attack.Name == PrivacyScores.Trajectory);
        return string.Create(CultureInfo.InvariantCulture,
            $"{_attacks.Count} attacks on {_members.Length / 2} members and as many others. Best: {best.Name}, AUC {best.Auc:0.00}; the trajectory attack {trajectory.Auc:0.00}; guessing {ChanceLevel:0.00}.");
    }

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <summary>The pictures of the shipped model, whatever the lab's own seed.</summary>
    internal static PrivacyImages Pictures(Lab lab) =>
        MiniDiffusionRecipe.Full.Draw(lab.WithSeed(ShippedCheckpoints.Card(lab, ShippedCheckpoints.DiffusionName).Environment.Seed));

    internal static PrivacyLive Attack(Lab lab, PrivacyExperimentOptions options)
    {
        using var progress = Lab.Progress("Attacking");
        var live = new PrivacyLive(lab, options);
        var single = PrivacyScores.Attacks(new PrivacyRunOptions { Samples = options.Samples });
        foreach (var (i, attack) in single.Index())
        {
            progress.Report(0.7 * i / single.Count, attack.Name);
            using var scores = live.Score(attack);
            var told = MembershipScores.Of(scores, live._members);
            live._attacks.Add((attack.Name, attack.Access, told, told.Auc, scores.data<double>().ToArray()));
        }

        progress.Report(0.7, PrivacyScores.Trajectory);
        using var noise = lab.Random("privacy: live series");
        using var random = lab.Random("privacy: live folds");
        live._features = live.Query.Features(live._model, live._candidates, new CounterNoise(noise)).DetachFromDisposeScope();
        var folds = new MembershipCrossValidation().Run(live._features, live._members, new LogisticMembership(), random);
        live._attacks.Add((PrivacyScores.Trajectory, AttackAccess.Variations, new MembershipScores(folds.Ranks, live._members), folds.Auc, [.. folds.Ranks.Select(rank => -rank)]));
        progress.Finish($"{live._attacks.Count} attacks");
        return live;
    }

    private Tensor Score(IMembershipAttack attack)
    {
        using var noise = _lab.Random("privacy: live noise");
        return attack.Score(_model, _candidates, new CounterNoise(noise));
    }

    private double[][] Column(string measure)
    {
        var place = Query.Measures.ToList().IndexOf(measure);
        if (place < 0)
        {
            throw new ArgumentException($"There is no measure '{measure}'; choose one of {string.Join(", ", Query.Measures)}.", nameof(measure));
        }

        using var column = _features!.select(1, place).contiguous();   // not null: filled before anybody can ask
        return [.. column.data<double>().ToArray().Chunk(Query.Length)];
    }

    private static double Quantile(double[] values, double share) => values.Order().ElementAt((int)Math.Round(share * (values.Length - 1)));

    private static string Words(AttackAccess access) => access switch
    {
        AttackAccess.GreyBox => "the network's noise predictions",
        AttackAccess.Variations => "variations of the picture",
        _ => "pictures for captions",
    };
}
