using System.Globalization;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>Attacks a model and measures how well members are told from others.</summary>
internal sealed class PrivacyScores : IDisposable
{
    internal const string SecMiName = "SecMI";
    internal const string LastImage = "last image";
    internal const string Trajectory = "previews of variations";
    internal const string TrajectorySweep = "steps of variations";
    internal const string Gap = "held-out loss / member loss";
    internal const string HeldOutLoss = "held-out loss";
    internal const string MemberLoss = "member loss";
    internal const string Calibration = "SecMI on the calibration half";
    internal const string CalibrationGap = "held-out loss / member loss on the calibration half";
    internal const string BestSingle = "best single: ";
    internal const string Perceptron = "perceptron: ";
    internal const string Shuffled = "shuffled labels: ";
    internal const string Blind = "blind classifier";
    internal const string Quality = "energy distance of samples";
    internal const string SetP = "p of the members as a set";
    internal const string NullDistance = "distance of null p from uniform";
    internal const string HeatPrefix = "heat map, ";
    internal const string LossCurve = "loss at t = ";
    internal const string GreyBest = "larger of SecMI and PIA";
    internal const string RocPrefix = "ROC, ";
    private const string Preview = "preview ";

    private const int LossLevel = 100;
    private const int LossDraws = 8;
    private const int NullSplits = 40;
    private const int SamplingSteps = 25;
    private const int AutoencoderSide = 64;
    private const double FewFalseAlarms = 0.05;

    private static readonly (string Name, TrajectoryReading Reading, TrajectoryStart Start)[] s_queries =
    [
        (Trajectory, TrajectoryReading.Previews, TrajectoryStart.Image),
        (TrajectorySweep, TrajectoryReading.StepSweep, TrajectoryStart.Image),
        ("previews for the caption", TrajectoryReading.Previews, TrajectoryStart.Text),
        ("steps for the caption", TrajectoryReading.StepSweep, TrajectoryStart.Text),
    ];

    /// <summary>The attacks whose ROC curves are stored and drawn.</summary>
    internal static IReadOnlyList<string> Drawn { get; } = ["loss, t = 100", SecMiName, "PIA", "SimA, t = 50", "ReDiffuse", LastImage, "GAN-Leaks", Trajectory];

    private readonly Lab _lab;
    private readonly PrivacyRunOptions _options;
    private readonly CandidateImages _all;
    private readonly CandidateImages _attacked;
    private readonly bool[] _members;
    private readonly Autoencoder _features;

    internal PrivacyScores(Lab lab, PrivacyRunOptions options, CandidateImages candidates, Autoencoder features)
    {
        (_lab, _options, _all, _features) = (lab, options, candidates, features);
        var count = Math.Min(2 * options.Candidates, candidates.Count);
        _attacked = new CandidateImages(candidates.Images.narrow(0, 0, count), candidates.Captions?.narrow(0, 0, count), [.. candidates.Ids.Take(count)]);
        _members = [.. Enumerable.Range(0, count).Select(i => i < options.Candidates)];
    }

    /// <summary>The attacks that give one score, in the order of tables.</summary>
    internal static IReadOnlyList<IMembershipAttack> Attacks(PrivacyRunOptions options) =>
    [
        new LossThreshold(new LossThresholdOptions { Level = LossLevel, Draws = LossDraws }),
        new SecMi(),
        new Pia(),
        new Pia(new PiaOptions { Normalised = true }),
        new SimA(),
        new Pfami(),
        new ReDiffuse(new ReDiffuseOptions { Variations = 10 }),
        new ReDiffuse(new ReDiffuseOptions { Variations = 1 }),
        Generator(options),
    ];

    private static GanLeaks Generator(PrivacyRunOptions options) => new(new GanLeaksOptions { Samples = options.Samples, Steps = SamplingSteps });

    /// <summary>Shares of false alarms at which ROC curves are stored.</summary>
    internal static IReadOnlyList<double> FalseAlarms { get; } = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

    /// <summary>Column of a ROC curve's point, in the row that starts with <see cref="RocPrefix"/>.</summary>
    internal static string RocPoint(string name, double falseAlarms) => string.Create(CultureInfo.InvariantCulture, $"{name}, {falseAlarms:0.00}");

    internal static string Auc(string name) => $"AUC: {name}";

    /// <summary>The area less one half, for rules about chance.</summary>
    internal static string Above(string name) => $"AUC - 0.5: {name}";

    internal static string Found(string name) => $"found at 5 % false alarms: {name}";

    /// <summary>A step of a query as the head of a column.</summary>
    internal static string HeadOf(string step) => step.StartsWith(Preview, StringComparison.Ordinal) ? step[Preview.Length..] : step == "1 steps" ? "1 step" : step;

    /// <summary>Names of all that is compared with chance: single scores and trained attacks.</summary>
    internal static IReadOnlyList<string> AllAttacks { get; } = [.. Attacks(new PrivacyRunOptions()).Select(attack => attack.Name), .. s_queries.Select(query => query.Name)];

    /// <summary>Held-out loss over member loss on every second candidate, by which a checkpoint is chosen before any black-box attack is looked at.</summary>
    internal double GapOnCalibrationHalf(DiffusionModel model) => Gapped(OnCalibrationHalf(model, new LossThreshold(new LossThresholdOptions { Level = LossLevel, Draws = LossDraws })));

    private static double Gapped((double[] Scores, bool[] Members) half) =>
        half.Scores.Where((_, i) => !half.Members[i]).Average() / half.Scores.Where((_, i) => half.Members[i]).Average();

    private double SecMiOnCalibrationHalf(DiffusionModel model) =>
        OnCalibrationHalf(model, new SecMi()) is var half ? new MembershipScores([.. half.Scores.Select(score => -score)], half.Members).Auc : 0;

    private (double[] Scores, bool[] Members) OnCalibrationHalf<TAttack>(DiffusionModel model, TAttack attack)
        where TAttack : IMembershipAttack
    {
        using var noise = _lab.Random("privacy: calibration");
        using var scores = attack.Score(model, _attacked, new CounterNoise(noise));
        var (values, half) = (scores.data<double>().ToArray(), Enumerable.Range(0, _attacked.Count).Where(i => i % 2 == 0).ToArray());
        return ([.. half.Select(i => values[i])], [.. half.Select(i => _members[i])]);
    }

    /// <summary>Attacks on one model.</summary>
    /// <param name="row">Name of the model among those of the run.</param>
    /// <param name="model">The model.</param>
    /// <param name="depth">How much is wanted.</param>
    /// <param name="progress">Told the finished share.</param>
    internal List<Measurement> Measure(string row, DiffusionModel model, PrivacyDepth depth, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (new List<Measurement>(), new List<Tensor>());
        var (all, detail) = (depth != PrivacyDepth.Curves, depth == PrivacyDepth.Detail);
        using var sampling = _lab.Random($"privacy: samples, {row}");
        var generated = Generator(_options).Generate(model, _attacked, new CounterNoise(sampling));
        rows.Add(Number(row, Quality, SampleQuality.EnergyDistance(generated, _all.Images.narrow(0, _options.Candidates, _all.Count - _options.Candidates))));
        var attacks = Attacks(_options).Where(attack => all || attack is not Pfami).ToArray();
        foreach (var (i, attack) in attacks.Index())
        {
            progress(0.5 * i / attacks.Length);
            using var noise = _lab.Random($"privacy: noise, {row}");
            var scores = attack is GanLeaks leaks ? leaks.Nearest(_attacked, generated)
                : attack.Score(model, attack.Access == AttackAccess.GreyBox && detail ? _all : _attacked, new CounterNoise(noise));
            columns.Add(scores);
            Add(rows, row, attack.Name, scores.narrow(0, 0, _attacked.Count), detail);
        }

        double AreaOf(string name) => rows.First(number => number.Column == Auc(name)).Value;
        rows.Add(Number(row, Auc(GreyBest), Math.Max(AreaOf(SecMiName), AreaOf("PIA"))));
        var losses = columns[0].data<double>().ToArray();
        var (mine, others) = (losses.Take(_options.Candidates).Average(), losses.Skip(_options.Candidates).Take(_options.Candidates).Average());
        rows.AddRange([Number(row, MemberLoss, mine), Number(row, HeldOutLoss, others), Number(row, Gap, others / mine), Number(row, Auc(Calibration), SecMiOnCalibrationHalf(model)), Number(row, CalibrationGap, GapOnCalibrationHalf(model))]);
        var queries = s_queries.Where(query => all || query.Name == Trajectory).ToArray();
        foreach (var (i, query) in queries.Index())
        {
            progress(0.5 + (0.4 * i / queries.Length));
            AddTrajectory(rows, row, query.Name, new TrajectoryQueryOptions { Reading = query.Reading, Start = query.Start, Repeats = _options.Repeats, Length = query.Reading == TrajectoryReading.Previews ? 8 : 5 }, model, detail);
        }

        if (detail)
        {
            AddLossCurve(rows, row, model);
            AddSets(rows, row, [.. columns.Zip(attacks).Where(pair => pair.Second.Access == AttackAccess.GreyBox).Select(pair => pair.First)]);
        }

        return rows;
    }

    /// <summary>What can be told from the images and captions alone: nothing, if members and others are drawn alike.</summary>
    internal List<Measurement> BlindControl()
    {
        using var scope = NewDisposeScope();
        using var random = _lab.Random("privacy: blind classifier");
        var features = BlindFeatures(_attacked, PrivacyImages.Tokenizer.VocabularySize);
        var rows = new List<Measurement>();
        AddTrained(rows, Blind, Blind, Folds(features, new LogisticMembership(), random), curve: false);
        return rows;
    }

    /// <summary>Float64 tensor [N, F] on the CPU: brightness and contrast of the whole picture and of sixteen parts, and which words the caption has.</summary>
    internal static Tensor BlindFeatures(CandidateImages candidates, int vocabulary)
    {
        using var scope = NewDisposeScope();
        var flat = candidates.Images.flatten(1);
        var parts = new List<Tensor> { nn.functional.avg_pool2d(candidates.Images, candidates.Images.shape[2] / 4).flatten(1), flat.mean([1], keepdim: true), flat.std(1).unsqueeze(1) };
        if (candidates.Captions is { } captions)
        {
            parts.Add(nn.functional.one_hot(captions, vocabulary).sum([1]).to(flat.dtype));
        }

        return cat(parts, 1).to(ScalarType.Float64).cpu().MoveToOuterDisposeScope();
    }

    public void Dispose() => _features.Dispose();

    /// <summary>A question with all distances.</summary>
    internal TrajectoryQuery Query(TrajectoryQueryOptions options) => new(options, [.. ImageDistances.Plain, ImageDistances.Perceptual("perceptual", Features)]);

    private void AddTrajectory(List<Measurement> rows, string row, string name, TrajectoryQueryOptions options, DiffusionModel model, bool detail)
    {
        using var scope = NewDisposeScope();
        using var noise = _lab.Random($"privacy: {name}, {row}");
        using var random = _lab.Random($"privacy: folds of {name}, {row}");
        var query = Query(options);
        var features = query.Features(model, _attacked, new CounterNoise(noise));
        AddTrained(rows, row, name, Folds(features, new LogisticMembership(), random), detail);
        if (!detail)
        {
            return;
        }

        rows.Add(Number(row, Auc(BestSingle + name), Folds(features, new SingleFeatureMembership(), random).Auc));
        foreach (var (m, measure) in query.Measures.Index().Where(_ => options.Start == TrajectoryStart.Image))
        {
            foreach (var (k, step) in query.Steps.Index())
            {
                rows.Add(Number($"{HeatPrefix}{name}, {row}", $"{measure}, {step}", MembershipScores.Of(features.select(1, m).select(1, k).contiguous(), _members).Auc));
            }
        }

        if (name == Trajectory)
        {
            AddControls(rows, row, name, query, features, random);
        }
    }

    private void AddControls(List<Measurement> rows, string row, string name, TrajectoryQuery query, Tensor features, Generator random)
    {
        rows.Add(Number(row, Auc(Perceptron + name), Folds(features, new PerceptronMembership(), random, repeats: 1).Auc));
        foreach (var (m, measure) in query.Measures.Index())
        {
            rows.Add(Number(row, Auc($"{measure}: {name}"), Folds(features.select(1, m), new LogisticMembership(), random).Auc));
        }

        var shuffled = Folds(features, new LogisticMembership(), random, shuffled: true);
        rows.AddRange([Number(row, Auc(Shuffled + name), shuffled.Auc), Number(row, Above(Shuffled + name), shuffled.Auc - 0.5)]);
    }

    private void AddLossCurve(List<Measurement> rows, string row, DiffusionModel model)
    {
        var areas = new List<(int Level, double Area)>();
        foreach (var level in PrivacyPlan.Levels)
        {
            using var noise = _lab.Random($"privacy: loss curve, {row}");
            using var scores = new LossThreshold(new LossThresholdOptions { Level = level, Draws = LossDraws }).Score(model, _attacked, new CounterNoise(noise));
            var area = MembershipScores.Of(scores, _members).Auc;
            areas.Add((level, area));
            rows.AddRange([Number(row, Auc(CurveName(level)), area), Number(row, Above(CurveName(level)), area - 0.5)]);
        }

        rows.Add(Number(row, LossCurve + "best", areas.MaxBy(point => point.Area).Level));
    }

    internal static string CurveName(int level) => LossCurve + level.ToString(CultureInfo.InvariantCulture);

    // Scores of grey-box attacks are the features; the images behind the candidates are known to be unpublished.
    private void AddSets(List<Measurement> rows, string row, Tensor[] scores)
    {
        var features = stack(scores, 1);
        var (count, spare) = (_options.Candidates, _all.Count - _attacked.Count);
        if (spare < 4)
        {
            return;
        }

        using var random = _lab.Random($"privacy: sets, {row}");
        var others = features.narrow(0, count, _all.Count - count);
        var test = new SetMembershipTest(new LogisticMembership(new LogisticMembershipOptions { SmallestPenalty = 0.1, Penalties = 1 }));
        rows.Add(Number(row, SetP, test.P(features.narrow(0, 0, count), others, random)));
        var p = Enumerable.Range(0, NullSplits).Select(_ =>
        {
            using var scope = NewDisposeScope();
            var order = randperm(others.shape[0], dtype: ScalarType.Int64, generator: random);
            var mixed = others.index_select(0, order.cpu());
            return test.P(mixed.narrow(0, 0, others.shape[0] / 2), mixed.narrow(0, others.shape[0] / 2, others.shape[0] - (others.shape[0] / 2)), random);
        }).Order().ToArray();
        rows.Add(Number(row, NullDistance, p.Select((value, i) => Math.Max(Math.Abs(value - ((double)i / p.Length)), Math.Abs(value - ((i + 1.0) / p.Length)))).Max()));
    }

    private MembershipCrossValidationResult Folds(Tensor features, IMembershipClassifier classifier, Generator random, int? repeats = null, bool shuffled = false) =>
        new MembershipCrossValidation(new MembershipCrossValidationOptions { Repeats = repeats ?? _options.Repeats + 1, ShuffledLabels = shuffled }).Run(features, _members, classifier, random);

    private Tensor Features(Tensor images) =>
        _features.Encode(nn.functional.interpolate(images.to(ScalarType.Float32), [AutoencoderSide, AutoencoderSide], mode: InterpolationMode.Bilinear, align_corners: false).mean([1], keepdim: true));

    private void Add(List<Measurement> rows, string row, string name, Tensor scores, bool curve)
    {
        var told = MembershipScores.Of(scores, _members);
        AddArea(rows, row, name, told.Auc, told, curve);
    }

    private void AddTrained(List<Measurement> rows, string row, string name, MembershipCrossValidationResult folds, bool curve) =>
        AddArea(rows, row, name, folds.Auc, new MembershipScores(folds.Ranks, _members), curve);

    private void AddArea(List<Measurement> rows, string row, string name, double area, MembershipScores told, bool curve)
    {
        var (low, high) = told.Interval(new Random(1), 200);
        rows.AddRange([new Measurement(row, Auc(name), area, low, high, _attacked.Count, IsRate: false), Number(row, Above(name), area - 0.5), Number(row, Found(name), told.TruePositivesAt(FewFalseAlarms))]);
        if (curve && Drawn.Contains(name))
        {
            rows.AddRange(FalseAlarms.Select(share => Number($"{RocPrefix}{row}", RocPoint(name, share), told.TruePositivesAt(share))));
        }
    }

    internal static Measurement Number(string row, string column, double value) => new(row, column, Rounded(value), IsRate: false);

    private static double Rounded(double value) => double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
