using System.Globalization;
using System.Security.Cryptography;
using RobustVlm.Attacks;
using RobustVlm.Data.Sets;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>
/// The experiment at the paper's size: OpenAI's ViT-B/32, fine-tuned on Tiny ImageNet, scored on the sixteen published sets as <see cref="ZeroShotProtocol"/> says. Weights and
/// sets are the reader's; nothing is downloaded. Every finished method and seed is stored, so that a stopped run goes on.
/// </summary>
public sealed class PmgAftPaper
{
    /// <summary>The environment variable that names the weights: OpenAI's <c>ViT-B-32.pt</c>, or a safetensors file with its or Hugging Face's names.</summary>
    public const string Variable = "ROBUSTVLM_CLIP";

    /// <summary>The file with CLIP's vocabulary, expected beside the weights.</summary>
    public const string VocabularyFile = "bpe_simple_vocab_16e6.txt.gz";

    internal const string Id = "07-pmg-aft-paper";

    private const int Version = 1;
    private const string WorstColumn = "robust, worst of PGD and APGD";
    private const string PgdColumn = "robust, PGD";

    private readonly Lab _lab;
    private readonly PmgAftPaperOptions _options;
    private readonly string? _weights;
    private readonly Dictionary<string, string?> _folders;

    /// <param name="lab">The lab.</param>
    /// <param name="options">Settings; null takes the published ones.</param>
    /// <param name="weights">The weights; null takes <see cref="Variable"/>.</param>
    /// <param name="folders">Folder of each set by its short name; null takes where <see cref="DataSetRegistry"/> finds them.</param>
    internal PmgAftPaper(Lab lab, PmgAftPaperOptions? options = null, string? weights = null, IReadOnlyDictionary<string, string>? folders = null)
    {
        (_lab, _options, _weights) = (lab, options ?? new PmgAftPaperOptions(), weights ?? Environment.GetEnvironmentVariable(Variable));
        _folders = ZeroShotProtocol.All.Select(protocol => protocol.Name)
            .Where(name => folders is null ? DataSetRegistry.IsAvailable(name) : folders.ContainsKey(name))
            .ToDictionary(name => name, name => folders?[name]);
    }

    /// <summary>What is missing on this machine, in one sentence; empty when it can start. Of the fifteen zero-shot sets, those that are there are used.</summary>
    public string Missing
    {
        get
        {
            var names = new List<string>();
            if (string.IsNullOrWhiteSpace(_weights) || !File.Exists(_weights))
            {
                names.Add($"the weights (name OpenAI's ViT-B-32.pt in {Variable})");
            }
            else if (!File.Exists(VocabularyPath))
            {
                names.Add($"{VocabularyFile} beside the weights");
            }

            if (!_folders.ContainsKey(ZeroShotProtocol.Source.Name))
            {
                names.Add($"the source set {ZeroShotProtocol.Source.Name} ({DataSetRegistry.RootVariable} names the folder that holds the sets)");
            }

            if (_folders.Count == 0 || (_folders.Count == 1 && _folders.ContainsKey(ZeroShotProtocol.Source.Name)))
            {
                names.Add("at least one of the fifteen zero-shot sets");
            }

            return names.Count == 0 ? "" : $"The paper's size needs {string.Join(", and ", names)}.";
        }
    }

    /// <summary>The sixteen sets: how each is used, and whether it is on this machine.</summary>
    public ResultTable Sets => ResultTable.From(ZeroShotProtocol.All.Select(protocol => new
    {
        Set = DataSetRegistry.Find(protocol.Name).Title,
        Name = protocol.Name,
        Use = protocol.Name == ZeroShotProtocol.Source.Name ? "trained on" : "zero-shot",
        Protocol = protocol.ToString()[(protocol.Name.Length + 2)..],
        Here = _folders.ContainsKey(protocol.Name) ? "yes" : "no",
    }))
    .Rename("Protocol", "Sentence and size").Rename("Here", "On this machine")
    .WithCaption("The paper's sixteen sets, in its order")
    .WithFootnotes(Missing.Length > 0 ? [Missing] : []);

    private string VocabularyPath => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_weights!)) ?? "", VocabularyFile);   // not null: only asked with weights

    /// <summary>Trains and scores every method and seed that is not stored yet.</summary>
    /// <returns>Clean and robust accuracy of each method on each set, mean of the seeds.</returns>
    /// <exception cref="InvalidOperationException">Something is missing; the message says what.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop; finished runs are stored.</exception>
    public ResultTable Run()
    {
        if (Missing is { Length: > 0 } missing)
        {
            throw new InvalidOperationException(missing);
        }

        using var progress = Lab.Progress("Paper scale");
        var hash = Hash(_weights!);   // not null: nothing is missing
        var tokenizer = new ClipTokenizer(BytePairVocabulary.ReadClip(VocabularyPath), _options.Model.Text.ContextLength);
        var sets = ZeroShotProtocol.All.Where(protocol => _folders.ContainsKey(protocol.Name)).Select(protocol => (Protocol: protocol, Set: DataSetRegistry.Open(protocol.Name, _folders[protocol.Name]))).ToArray();
        var source = sets.Single(entry => entry.Protocol.Name == ZeroShotProtocol.Source.Name);
        var training = source.Set.Part(DataSplit.Train);
        var runs = new List<RunRecord<PmgAftPaperRun>>();
        var plan = _options.Seeds.SelectMany(seed => _options.Arms.Where(arm => arm is not (PmgAftArm.PadPrompt or PmgAftArm.TokenPrompt)).Select(arm => (Lab: _lab.WithSeed(seed), Arm: arm))).ToArray();
        foreach (var (index, (lab, arm)) in plan.Index())
        {
            Interruption.ThrowIfRequested();
            var (method, recipe) = Recipe(arm, training.Count);
            var options = new PmgAftPaperRun
            {
                Arm = arm,
                Steps = method is null ? 0 : recipe.Training.Steps,
                BatchSize = method is null ? 0 : recipe.BatchSize,
                Epsilon = _options.Epsilon,
                Pictures = _options.Pictures,
                AttackSteps = _options.AttackSteps,
                Sets = string.Join(" ", sets.Select(entry => entry.Protocol.Name)),
            };
            var checkpoints = new Dictionary<string, string> { [Path.GetFileName(_weights!)] = hash };
            var name = string.Create(CultureInfo.InvariantCulture, $"{PmgAftPlan.NameOf(arm)}, seed {lab.Seed}");
            if (lab.Store.TryRead<PmgAftPaperRun>(RunKey.For(Id, options, lab.Scale, lab.Seed, Version, checkpoints)) is { } stored)
            {
                runs.Add(stored);
                continue;
            }

            void Report(double share) => progress.Report((index + share) / plan.Length, name);
            var started = TimeProvider.System.GetUtcNow();
            using var random = lab.Random("pmg-aft: model");
            using var model = Checkpoint.Load(_weights!, _options.Model);
            model.to(lab.Device);
            var rows = new List<Measurement>();
            if (method is not null)
            {
                rows.AddRange(Train(lab, model, method, recipe, source.Protocol, source.Set, training, tokenizer, share => Report(0.6 * share)));
            }

            foreach (var (i, (protocol, set)) in sets.Index())
            {
                rows.AddRange(Score(lab, model, protocol, set, tokenizer, share => Report(0.6 + (0.4 * (i + share) / sets.Length))));
            }

            var run = new RunRecord<PmgAftPaperRun>
            {
                Experiment = Id,
                Options = options,
                MethodVersion = Version,
                Checkpoints = checkpoints,
                Environment = lab.Describe(started),
                Measurements = [.. rows, .. Means(rows)],
            };
            lab.Store.Write(run);
            runs.Add(run);
        }

        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{plan.Length} models on {sets.Length} sets"));
        return Table(runs, sets.Length - 1);
    }

    private (IFineTuningMethod? Method, FineTuningOptions Recipe) Recipe(PmgAftArm arm, int pictures)
    {
        if (PmgAftPlan.MethodOf(arm) is not { } method)
        {
            return (null, new FineTuningOptions());
        }

        var recipe = method.Recipe;
        recipe = recipe with { BatchSize = _options.BatchSize > 0 ? _options.BatchSize : recipe.BatchSize, Attack = recipe.Attack with { Epsilon = PixelBudget.Of255(_options.Epsilon) } };
        recipe = _options.Steps > 0
            ? recipe with { Training = recipe.Training with { Steps = _options.Steps, WarmUpSteps = Math.Min(recipe.Training.WarmUpSteps, _options.Steps / 2) } }
            : recipe.ForEpochs(pictures, _options.Epochs);
        return (method, recipe);
    }

    private static List<Measurement> Train(
        Lab lab, Clip model, IFineTuningMethod method, FineTuningOptions recipe, ZeroShotProtocol protocol, IImageSet set, IReadOnlyList<int> training, ClipTokenizer tokenizer, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        using var random = lab.Random("pmg-aft: training");
        using var order = lab.Random("pmg-aft: order of pictures");   // one name for all methods
        using var batches = new SourceBatches(set, training, new ImageLoaderOptions { BatchSize = recipe.BatchSize, Transform = protocol.Transform, Ahead = 4 }, order, lab.Device);
        using var result = new ZeroShotFineTuning(method, recipe).Train(
            model, Tokens(protocol.Prompts(set), tokenizer, lab.Device), _ => batches.Next(), random, step => progress(step.Step / (double)step.Total));
        return [.. PmgAftFit.Curves(result), new Measurement(PmgAftFit.FitRow, "last loss", result.Losses[^1], IsRate: false)];
    }

    private List<Measurement> Score(Lab lab, Clip model, ZeroShotProtocol protocol, IImageSet set, ClipTokenizer tokenizer, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        using var random = lab.WithSeed(0).Random("pmg-aft: pictures to score on");   // the same pictures for every model and seed
        using var batch = new ImageLoader(set, protocol.Choose(set, _options.Pictures, random), new ImageLoaderOptions { Transform = protocol.Transform }).ReadAll();
        var budget = PixelBudget.Of255(_options.Epsilon);
        IImageAttack pgd = new Pgd(new PgdOptions { Steps = _options.AttackSteps, StepSize = budget, StopWhenFooled = true });
        IImageAttack[] attacks =
        [
            pgd,
            new AutoPgd(new AutoPgdOptions { Steps = _options.AttackSteps }),
            .. set.Classes.Count > 2 ? new[] { new AutoPgd(new AutoPgdOptions { Steps = _options.AttackSteps, Loss = AttackLoss.LogitsRatio }) } : [],
        ];
        var pictures = new ZeroShotSet(protocol.Name, batch.Images.to(lab.Device), batch.Labels.to(lab.Device), Tokens(protocol.Prompts(set), tokenizer, lab.Device));
        var report = ZeroShotReport.Run(model, [pictures], attacks, [budget], options: new RobustnessReportOptions { Seed = lab.Seed, BatchSize = _options.ScoringBatch, CheckedImages = 0 }, progress: progress).Sets[0];
        Measurement Rate(string column, double value) => new(protocol.Name, column, value, N: batch.Count);
        return
        [
            Rate(PmgAftScores.CleanColumn, report.Clean),
            Rate(PgdColumn, report.Report.AccuracyAfter(report.Report.OutcomesAt(budget)[0]).Rate),
            Rate(WorstColumn, report.Robust(budget)),
            Rate(PmgAftScores.LargestColumn, report.LargestAnswer),
        ];
    }

    private static IEnumerable<Measurement> Means(List<Measurement> rows) => new[] { PmgAftScores.CleanColumn, PgdColumn, WorstColumn }
        .Select(column => new Measurement(PmgAftScores.MeanRow, column, rows.Where(row => row.Column == column && row.Row != ZeroShotProtocol.Source.Name).Average(row => row.Value)));

    private ResultTable Table(List<RunRecord<PmgAftPaperRun>> runs, int zeroShot) => ResultTable
        .From(runs.GroupBy(run => run.Options.Arm).Select(group =>
        {
            double Mean(string row, string column) => group.Average(run => run.Measurements.First(number => number.Row == row && number.Column == column).Value);
            var others = PmgAftReRuns.Of(group.Key);
            return new
            {
                Method = PmgAftPlan.NameOf(group.Key),
                Seeds = group.Count(),
                Clean = Mean(PmgAftScores.MeanRow, PmgAftScores.CleanColumn),
                Pgd = Mean(PmgAftScores.MeanRow, PgdColumn),
                Worst = Mean(PmgAftScores.MeanRow, WorstColumn),
                SourceClean = Mean(ZeroShotProtocol.Source.Name, PmgAftScores.CleanColumn),
                SourcePgd = Mean(ZeroShotProtocol.Source.Name, PgdColumn),
                Others = others is { } pair ? string.Create(CultureInfo.InvariantCulture, $"{pair.Clean:0.0} / {pair.Robust:0.0}") : "–",
            };
        }))
        .AsPercent("Clean", "Pgd", "Worst", "SourceClean", "SourcePgd")
        .Rename("Pgd", string.Create(CultureInfo.InvariantCulture, $"PGD-{_options.AttackSteps}")).Rename("Worst", "Worst of PGD and APGD").Rename("SourceClean", "Source, clean").Rename("SourcePgd", "Source, PGD").Rename("Others", "TGA-ZSR's re-run, clean / PGD-100")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"Mean of {zeroShot} zero-shot sets, {_options.Pictures} pictures of each at most, {PmgAftScores.Grey(_options.Epsilon)}"))
        .WithFootnotes(zeroShot < 15 ? [string.Create(CultureInfo.InvariantCulture, $"Warning: {zeroShot} of the 15 zero-shot sets are on this machine, so the means are not the re-run's.")] : ["A difference of means below 3 points is no difference: 1000 pictures per set leave 0.4 points, seeds and recipes the rest."]);

    private static Tensor[] Tokens(IReadOnlyList<string> prompts, ClipTokenizer tokenizer, Device device) => [.. prompts.Select(prompt => tokenizer.Encode([prompt], tokenizer.MaxLength).to(device))];

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
