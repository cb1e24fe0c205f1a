using System.Diagnostics;
using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Times forward passes and training steps of low-rank updates beside full fine-tuning, in float32.</summary>
/// <remarks>
/// The published script timed the backward pass and the update alone; here the forward pass is timed too. The two take turns step by step and medians are stored, so
/// that whatever else the machine does slows both.
/// </remarks>
internal static class MeLoSpeed
{
    internal const string FullRow = "full fine-tuning";
    internal const string LowRankRow = "MeLo";
    internal const string BaseRow = "backbone alone";
    internal const string MergedRow = "MeLo, merged";
    internal const string StepColumn = "whole step, ms";
    internal const string BackwardColumn = "backward and update, ms";
    internal const string ForwardColumn = "forward, ms";
    internal const string StateColumn = "optimiser state, bytes";
    internal const string WeightsColumn = "trained weights";

    private const int WarmUp = 3;
    private const int Classes = 2;

    /// <summary>Makes a run.</summary>
    internal static SweepOutcome Run(Lab lab, MeLoRunOptions options, Action<double, string> progress)
    {
        using var scope = NewDisposeScope();
        using var random = lab.Random(string.Create(CultureInfo.InvariantCulture, $"melo: speed, width {options.Width}"));
        var sizes = VisionTransformerOptions.Mini with { Width = options.Width, Classes = Classes };
        using var full = sizes.Create(random);
        using var frozen = sizes.Create(random);
        full.to(lab.Device);
        frozen.to(lab.Device);
        using var adapted = new LowRankClassifier(frozen, new LowRankOptions { Rank = options.Rank, Alpha = options.Rank });
        adapted.AddTask("timed", Classes, random);
        var images = rand([options.BatchSize, sizes.Channels, sizes.ImageSize, sizes.ImageSize], device: random.device, generator: random).to(lab.Device);
        var labels = randint(Classes, [options.BatchSize], dtype: ScalarType.Int64, device: random.device, generator: random).to(lab.Device);
        using var exact = Autocast.Use(ScalarType.Float32, lab.Device.type);
        using var fullOptimizer = optim.Adam(full.parameters(), 1e-5);
        using var adaptedOptimizer = optim.Adam(adapted.parameters().Where(weight => weight.requires_grad), 1e-5);
        var rows = new List<Measurement>();

        var fullTimes = new List<(double Step, double Backward)>();
        var adaptedTimes = new List<(double Step, double Backward)>();
        for (var i = -WarmUp; i < options.Repetitions; i++)
        {
            Interruption.ThrowIfRequested();
            fullTimes.Add(Step(full, fullOptimizer, images, labels));
            adaptedTimes.Add(Step(adapted, adaptedOptimizer, images, labels));
            progress(0.7 * (i + WarmUp) / (options.Repetitions + WarmUp), "steps");
        }

        foreach (var (name, times, optimizer, trained) in new[]
        {
            (FullRow, fullTimes, fullOptimizer, full.parameters()),
            (LowRankRow, adaptedTimes, adaptedOptimizer, adapted.parameters().Where(weight => weight.requires_grad)),
        })
        {
            rows.Add(Number(name, StepColumn, Median(times.Skip(WarmUp).Select(time => time.Step))));
            rows.Add(Number(name, BackwardColumn, Median(times.Skip(WarmUp).Select(time => time.Backward))));
            rows.Add(Number(name, StateColumn, StateBytes(optimizer)));
            rows.Add(Number(name, WeightsColumn, trained.Sum(weight => weight.numel())));
        }

        rows.AddRange(Forwards(full, adapted, images, options.Repetitions, share => progress(0.7 + (0.3 * share), "forward passes")));
        return new SweepOutcome(rows);
    }

    private static IEnumerable<Measurement> Forwards(VisionTransformer plain, LowRankClassifier adapted, Tensor images, int repetitions, Action<double> progress)
    {
        using var noGradient = no_grad();
        plain.eval();
        adapted.eval();
        var times = new Dictionary<string, List<double>> { [BaseRow] = [], [LowRankRow] = [], [MergedRow] = [] };
        for (var i = -WarmUp; i < repetitions; i++)
        {
            Interruption.ThrowIfRequested();
            times[BaseRow].Add(Forward(plain, images));
            times[LowRankRow].Add(Forward(adapted, images));
            adapted.Adapter.Merge();
            times[MergedRow].Add(Forward(adapted, images));
            adapted.Adapter.Unmerge();
            progress((i + WarmUp) / (double)(repetitions + WarmUp));
        }

        return [.. times.Select(entry => Number(entry.Key, ForwardColumn, Median(entry.Value.Skip(WarmUp))))];
    }

    internal static (double Step, double Backward) Step(nn.Module<Tensor, Tensor> model, optim.Optimizer optimizer, Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        model.train();
        optimizer.zero_grad();
        Wait(images);
        var clock = Stopwatch.StartNew();
        var loss = nn.functional.cross_entropy(model.call(images), labels);
        Wait(images);
        var forward = clock.Elapsed.TotalMilliseconds;
        loss.backward();
        optimizer.step();
        Wait(images);
        var all = clock.Elapsed.TotalMilliseconds;
        return (all, all - forward);
    }

    private static double Forward(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        using var scope = NewDisposeScope();
        Wait(images);
        var clock = Stopwatch.StartNew();
        model.call(images);
        Wait(images);
        return clock.Elapsed.TotalMilliseconds;
    }

    // A GPU works on after the call returns; reading a number waits for it.
    private static void Wait(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CUDA)
        {
            using var one = ones([1], device: tensor.device);
            one.item<float>();
        }
    }

    internal static long StateBytes(OptimizerHelper optimizer)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        optimizer.save_state_dict(writer);
        writer.Flush();
        return stream.Length;
    }

    internal static double Median(IEnumerable<double> values) => Statistics.Quantile([.. values.Order()], 0.5);

    private static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);
}
