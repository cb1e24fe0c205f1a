using System.Diagnostics;
using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Times three ways to switch between the four tasks, and measures what they take on a disk.</summary>
internal static class MeLoSwitching
{
    internal const string IndexRow = "index switch";
    internal const string CopyRow = "copy of A and B";
    internal const string TaskFileRow = "load of a task file";
    internal const string FullRow = "load of a full checkpoint";
    internal const string BackboneRow = "backbone";
    internal const string MeLoRow = "one backbone and task files";
    internal const string ModelsRow = "one full model per task";
    internal const string TimeColumn = "microseconds per switch";
    internal const string BytesColumn = "bytes";

    private const int WarmUp = 2;
    private const int SwitchesPerTiming = 100;

    /// <summary>Makes a run.</summary>
    internal static SweepOutcome Run(Lab lab, MeLoRunOptions options, Action<double, string> progress)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = lab.Random("melo: switching");
        using var vit = ShippedCheckpoints.Load<VisionTransformer>(lab, ShippedCheckpoints.MiniVitName);
        using var backbone = Headless(vit, random);
        using var second = Headless(vit, random);
        var lowRank = new LowRankOptions { Rank = options.Rank, Alpha = options.Rank };
        using var served = new LowRankClassifier(backbone, lowRank);
        using var other = new LowRankClassifier(second, lowRank);
        var folder = Directory.CreateTempSubdirectory("robustvlm-melo-").FullName;
        try
        {
            var files = new List<(string Task, string Small, string Full)>();
            foreach (var (index, task) in TargetTask.All.Index())
            {
                served.AddTask(task.Name, task.Classes.Count, random);
                var small = Path.Combine(folder, $"task-{index}.safetensors");
                served.Save(task.Name, small);
                using var whole = (vit.Options with { Classes = task.Classes.Count }).Create(random);
                var full = Path.Combine(folder, $"model-{index}.safetensors");
                Checkpoint.Save(whole, full);
                files.Add((task.Name, small, full));
            }

            var backboneFile = Path.Combine(folder, "backbone.safetensors");
            using (var plain = Headless(vit, random))
            {
                Checkpoint.Save(plain, backboneFile);
            }

            var times = Time(lab, options.Repetitions, served, other, files, progress);
            var backboneBytes = Size(backboneFile);
            return new SweepOutcome(
            [
                .. times.Select(entry => new Measurement(entry.Key, TimeColumn, Statistics.Quantile([.. entry.Value.Skip(WarmUp).Order()], 0.5), IsRate: false)),
                new Measurement(BackboneRow, BytesColumn, backboneBytes, IsRate: false),
                .. files.Select(file => new Measurement($"task file, {file.Task}", BytesColumn, Size(file.Small), IsRate: false)),
                new Measurement(MeLoRow, BytesColumn, backboneBytes + files.Sum(file => Size(file.Small)), IsRate: false),
                new Measurement(ModelsRow, BytesColumn, files.Sum(file => Size(file.Full)), IsRate: false),
            ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The ways take turns, so that whatever else the machine does slows all of them.
    private static Dictionary<string, List<double>> Time(
        Lab lab, int repetitions, LowRankClassifier served, LowRankClassifier other, List<(string Task, string Small, string Full)> files, Action<double, string> progress)
    {
        var times = new[] { IndexRow, CopyRow, TaskFileRow, FullRow }.ToDictionary(row => row, _ => new List<double>());
        var matrices = files.Select(file => served.Adapter.Matrices(file.Task).Select(entry => entry.Matrix).ToArray()).ToArray();
        var active = matrices[0].Select(matrix => matrix.clone()).ToArray();
        for (var i = 0; i < repetitions + WarmUp; i++)
        {
            Interruption.ThrowIfRequested();
            progress(i / (double)(repetitions + WarmUp), "switching");
            var next = i % files.Count;

            // One index switch is too short for the clock.
            times[IndexRow].Add(Microseconds(() =>
            {
                for (var j = 0; j < SwitchesPerTiming; j++)
                {
                    served.Switch(files[(next + j) % files.Count].Task);
                }
            }) / SwitchesPerTiming);
            times[CopyRow].Add(Microseconds(() =>
            {
                for (var j = 0; j < active.Length; j++)
                {
                    active[j].copy_(matrices[next][j]);
                }
            }));
            var name = string.Create(CultureInfo.InvariantCulture, $"{files[next].Task}, {i}");
            times[TaskFileRow].Add(Microseconds(() => other.Load(files[next].Small, name)));
            times[FullRow].Add(Microseconds(() =>
            {
                using var model = Checkpoint.Load<VisionTransformer>(files[next].Full);
                model.to(lab.Device);
            }));
        }

        return times;
    }

    private static VisionTransformer Headless(VisionTransformer vit, Generator random)
    {
        var copy = (vit.Options with { Classes = 0 }).Create(random);
        copy.to(vit.parameters().First().device);
        copy.load_state_dict(vit.state_dict().Where(entry => !entry.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary());
        return copy;
    }

    private static double Microseconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMicroseconds;
    }

    private static long Size(string path) => new FileInfo(path).Length;
}
