using RobustVlm.Engine;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>What can be said of MeLo without any data: counts, bytes, time and memory, for transformers of every size.</summary>
internal static class MeLoSizes
{
    private const int Classes = 2;
    private const double Mebi = 1 << 20;

    /// <summary>The sizes, rising; the paper's are those from ViT-B on.</summary>
    internal static IReadOnlyList<(string Name, VisionTransformerOptions Sizes, string Reported)> All { get; } =
    [
        ("mini", VisionTransformerOptions.Mini, "–"),
        ("ViT-Ti/16", VisionTransformerOptions.ViTTi16, "–"),
        ("ViT-S/16", VisionTransformerOptions.ViTS16, "–"),
        ("ViT-B/16", VisionTransformerOptions.ViTB16, "0.17 %, 0.14 M, about 0.5 MB (abstract)"),
        ("ViT-L/16", VisionTransformerOptions.ViTL16, "–"),
        ("ViT-H/14", VisionTransformerOptions.ViTB16 with { PatchSize = 14, Width = 1280, Depth = 32, Heads = 16 }, "–"),
        ("ViT-g/14", VisionTransformerOptions.ViTB16 with { PatchSize = 14, Width = 1408, Depth = 40, Heads = 16, MlpRatio = 48 / 11.0 }, "–"),
        ("ViT-G/14", VisionTransformerOptions.ViTB16 with { PatchSize = 14, Width = 1664, Depth = 48, Heads = 16, MlpRatio = 64 / 13.0 }, "1.22 M (summary of the paper)"),
    ];

    internal static VisionTransformerOptions Find(string name) => All.FirstOrDefault(size => size.Name == name) is { Sizes: { } sizes } ? sizes with { Classes = 0 }
        : throw new ArgumentException($"There is no size '{name}'; choose one of {string.Join(", ", All.Select(size => size.Name))}.", nameof(name));

    /// <summary>Counts by the library's own formulas, beside the paper's numbers.</summary>
    internal static ResultTable Table(int rank)
    {
        var settings = new LowRankOptions { Rank = rank, Alpha = rank };
        return ResultTable.From(All.Select(size =>
            {
                var updates = settings.CountParameters(size.Sizes);
                return new
                {
                    Model = size.Name,
                    size.Sizes.Width,
                    Blocks = size.Sizes.Depth,
                    Backbone = (size.Sizes with { Classes = 0 }).CountParameters(),
                    Updates = updates,
                    Millions = updates / Mebi,
                    Share = settings.ShareOf(size.Sizes),
                    File = 4 * (updates + ((size.Sizes.Width + 1L) * Classes)) / Mebi,
                    Paper = rank == MeLoPlan.Rank ? size.Reported : "–",
                };
            }))
            .AsPercent("Share").WithDecimals("Share", 2).WithDecimals("Millions", 3).WithDecimals("File", 2)
            .Rename("Backbone", "Weights of the backbone").Rename("Updates", "Weights of A and B").Rename("Millions", "in 2^20").Rename("File", "MiB per task").Rename("Paper", "Paper's number")
            .WithCaption($"Counted at rank {rank}, head of {Classes} classes in the file, not in the share")
            .WithFootnotes("The authors' prints count millions as 2^20. The share is about r / (3 D): a property of the width D and the rank r, not of the method.");
    }

    /// <summary>Share of trained weights against width.</summary>
    internal static LineChart PlotShare() => new()
    {
        Title = "Share of the weights that MeLo trains, head left out",
        XTitle = "width D of the transformer",
        XScale = AxisScale.Categorical,
        Categories = [.. All.Select(size => $"{size.Name} ({size.Sizes.Width})")],
        YTitle = "A and B as share of the backbone",
        YScale = AxisScale.Log,
        PercentY = true,
        Series =
        [
            .. new[] { 1, MeLoPlan.Rank, 16 }.Select(rank => new LineSeries(MeLoPlan.MeLo(rank).Name, [.. All.Select(size => (double)size.Sizes.Width)],
                [.. All.Select(size => new LowRankOptions { Rank = rank, Alpha = rank }.ShareOf(size.Sizes))])),
        ],
    };

    /// <summary>Times training steps on made data, in the number format of training, and watches the memory.</summary>
    internal static ResultTable Measure(Lab lab, MeLoExperimentOptions options)
    {
        using var progress = Lab.Progress("Timing transformers");
        var typed = new List<(string Model, string Method, long Trained, double Step, double? Peak, double? Switch)>();
        foreach (var (index, name) in options.TimedSizes.Index())
        {
            foreach (var adapted in new[] { false, true })
            {
                progress.Report((index + (adapted ? 0.5 : 0)) / options.TimedSizes.Count, name);
                typed.Add(Measure(lab, options, name, adapted));
            }
        }

        progress.Finish($"{options.TimedSizes.Count} transformers, {options.TimedSteps} steps of {options.TimedBatch} pictures");
        return ResultTable.From(typed.Select(row => new { row.Model, row.Method, row.Trained, row.Step, row.Peak, row.Switch }))
            .WithDecimals("Step", 1).WithDecimals("Peak", 0).WithDecimals("Switch", 2)
            .Rename("Trained", "Trained weights").Rename("Step", "ms per step").Rename("Peak", "Peak MiB").Rename("Switch", "µs per switch")
            .WithCaption($"Random weights, made data, {options.TimedBatch} pictures per step, {lab.DeviceName}")
            .WithFootnotes("A step is forward pass, backward pass and Adam's update. The peak is that of the tensors of model, optimiser, pictures and backward pass, where the engine counts them.");
    }

    /// <summary>Two steps of the paper's recipe on made data: proves that the path works, not that it learns.</summary>
    internal static IReadOnlyList<(string Method, long Trained, IReadOnlyList<double> Losses)> DryRun(Lab lab, string name, int steps)
    {
        const int batch = 2;
        using var scope = NewDisposeScope();
        using var random = lab.Random($"melo: dry run, {name}");
        var sizes = Find(name);
        using var backbone = sizes.Create(random);
        backbone.to(lab.Device);
        var images = rand([steps * batch, sizes.Channels, sizes.ImageSize, sizes.ImageSize], device: random.device, generator: random).to(lab.Device);
        var labels = arange(steps * batch, dtype: ScalarType.Int64, device: lab.Device).remainder(Classes);
        var results = new List<(string, long, IReadOnlyList<double>)>();
        foreach (var arm in MeLoPreset.Arms)
        {
            var recipe = MeLoPreset.Published(arm, MeLoPreset.Rates(arm, sizes.Width)[1], mirrored: true) with { Epochs = 1, BatchSize = batch };
            using var training = lab.Random($"melo: dry run, {name}, training");
            using var result = new MeLo(recipe).Train(backbone, "made data", Classes, images, labels, images, labels, Evaluation.Auroc.Macro, training);
            results.Add((arm.Name, result.TrainedParameters, result.Losses));
        }

        return results;
    }

    private static (string Model, string Method, long Trained, double Step, double? Peak, double? Switch) Measure(Lab lab, MeLoExperimentOptions options, string name, bool adapted)
    {
        var before = MemoryInfo.Now().TensorBytes;
        using var scope = NewDisposeScope();
        using var random = lab.Random($"melo: size {name}");
        var sizes = Find(name);
        using var model = (sizes with { Classes = adapted ? 0 : Classes }).Create(random);
        model.to(lab.Device);
        using var melo = adapted ? new LowRankClassifier(model, new LowRankOptions { Rank = MeLoPlan.Rank, Alpha = MeLoPlan.Rank }) : null;
        melo?.AddTask("timed", Classes, random);
        nn.Module<Tensor, Tensor> trained = melo is null ? model : melo;
        var weights = trained.parameters().Where(weight => weight.requires_grad).ToArray();
        using var optimizer = optim.Adam(weights, 1e-5);
        var images = rand([options.TimedBatch, sizes.Channels, sizes.ImageSize, sizes.ImageSize], device: random.device, generator: random).to(lab.Device);
        var labels = zeros([options.TimedBatch], dtype: ScalarType.Int64, device: lab.Device);
        using var precision = Autocast.ForTraining(lab.Device.type);
        _ = MeLoSpeed.Step(trained, optimizer, images, labels);
        MemoryInfo.ResetPeak();
        var times = Enumerable.Range(0, options.TimedSteps).Select(_ => MeLoSpeed.Step(trained, optimizer, images, labels).Step).ToArray();
        var peak = (MemoryInfo.Now().PeakTensorBytes - before) / Mebi;
        return (name, melo is null ? MeLoPlan.Full.Name : MeLoPlan.MeLo().Name, weights.Sum(weight => weight.numel()), MeLoSpeed.Median(times), peak, melo is null ? null : Switching(melo, random));
    }

    private static double Switching(LowRankClassifier melo, Generator random)
    {
        const int switches = 100;
        melo.AddTask("other", Classes, random);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < switches; i++)
        {
            melo.Switch(i % 2 == 0 ? "timed" : "other");
        }

        return clock.Elapsed.TotalMicroseconds / switches;
    }
}
