using System.Diagnostics;
using RobustVlm.Attacks;
using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;
using RobustVlm.Engine;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>A training step of PMG-AFT on the shipped mini CLIP (two attack passes, three passes of the loss) beside the same step in plain PyTorch.</summary>
internal static class PmgFigures
{
    public const string FolderVariable = "ROBUSTVLM_BENCH_PMG";

    private const int Batch = 64;
    private const int Steps = 12;

    /// <summary>Where the Python side finds the same network, pictures and class vectors.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetTempPath(), "robustvlm-bench-pmg-1");

    public static IReadOnlyList<Figure> All { get; } =
    [
        Step("pmg-step-f32", $"training step of PMG-AFT on the mini CLIP, {Batch} pictures, float32", brief: false, Goal.None),

        // Nobody gets bfloat16 without asking: both Pythons train in float32.
        Step("pmg-step", "the same in bfloat16, both Pythons in float32", brief: true, Goal.Python(3, 3)) with { Installed = "pmg-step-f32" },
        .. new[] { (Name: "pmg-loss-f32", Brief: false), (Name: "pmg-loss", Brief: true) }.Select(loss => new Figure(
            loss.Name, $"loss after {Steps} such steps, {(loss.Brief ? "bfloat16, Python in float32" : "float32")}", new Unit("", 1), Goal.None, () => () => Train(loss.Brief).Loss)),
        new Figure("pmg-memory", "peak resident memory of those steps in bfloat16, Python in float32", Unit.Mebibytes, Goal.Python(1, 1), () => () =>
        {
            Train(brief: true);
            return ProcessFigures.PeakResident();
        }) { Fresh = true },
        .. new IFineTuningMethod[] { new TeCoA(), new FineTuneClean(), new FineTuneAdversarial(), new Fare(), new Trades() }.Select(method => new Figure(
            $"pmg-step-{method.Name.ToLowerInvariant()}", $"the same step of {method.Name}, bfloat16", Unit.Milliseconds, Goal.None, () => () => Train(true, method).Seconds)),
    ];

    private static Figure Step(string name, string about, bool brief, Goal goal) => new(name, about, Unit.Milliseconds, goal, () => () => Train(brief).Seconds);

    // A step's time is the shortest of a run's, after the first ones.
    private static (double Seconds, double Loss) Train(bool brief, IFineTuningMethod? method = null)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var model = Checkpoint.Load<Clip>(Checkpoints.Find("mini-clip-"));
        using var pictures = WorldCatalog.Source.Render(Batch, model.Options.Image.ImageSize, random);
        var prompts = Prompts(model);
        Share(model, pictures, prompts);
        var options = new FineTuningOptions
        {
            BatchSize = Batch,
            Training = new TrainingOptions { Steps = Steps, Optimizer = OptimizerKind.Sgd, LearningRate = 1e-3, Schedule = LearningRateSchedule.Constant, MixedPrecision = brief },
            Attack = new TrainingAttackOptions { Epsilon = PixelBudget.Of255(1) },
        };
        var clock = Stopwatch.StartNew();
        var ends = new List<double>();
        using var result = new ZeroShotFineTuning(method ?? new PmgAft(), options).Train(model, prompts, _ => (pictures.Images, pictures.Labels), random, _ => ends.Add(clock.Elapsed.TotalSeconds));
        return (ends.Zip(ends.Skip(1), (before, after) => after - before).Skip(1).Min(), result.Losses[^1]);
    }

    private static Tensor[] Prompts(Clip model)
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(Checkpoints.Find("mini-clip-"))) ?? ".";
        var vocabulary = BytePairVocabulary.Read(Path.Combine(folder, "world-vocabulary-v1", "vocab.json"), Path.Combine(folder, "world-vocabulary-v1", "merges.txt"));
        var tokenizer = new ClipTokenizer(vocabulary, model.Options.Text.ContextLength);
        return [.. WorldCatalog.Source.Prompts.Select(sentences => tokenizer.Encode(sentences))];
    }

    private static void Share(Clip model, WorldBatch pictures, Tensor[] prompts)
    {
        var file = Path.Combine(Folder, "model.safetensors");
        if (File.Exists(file))
        {
            return;
        }

        using var noGradient = no_grad();
        var tensors = model.Visual.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        tensors["bench.images"] = pictures.Images;
        tensors["bench.labels"] = pictures.Labels;
        tensors["bench.classes"] = Clip.UnitLength(stack([.. prompts.Select(tokens => Clip.UnitLength(model.EncodeText(tokens)).mean([0]))]));
        tensors["bench.scale"] = model.LogitScale();
        Directory.CreateDirectory(Folder);
        Safetensors.Write(file, tensors);
    }
}
