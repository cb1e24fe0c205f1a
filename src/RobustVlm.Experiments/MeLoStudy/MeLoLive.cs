using System.Globalization;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Tasks on which the three main methods were trained in front of the reader.</summary>
public sealed class MeLoLive : IDisposable
{
    private readonly VisionTransformer _backbone;
    private readonly IReadOnlyList<string> _notes;

    internal MeLoLive(VisionTransformer backbone, IReadOnlyList<(TargetTask Task, TaskData Data, IReadOnlyList<LiveFit> Fits)> tasks, IReadOnlyList<string> notes)
    {
        (_backbone, Trained, _notes) = (backbone, tasks, notes);
    }

    /// <summary>Names of the tasks.</summary>
    public IReadOnlyList<string> Tasks => [.. Trained.Select(entry => entry.Task.Name)];

    /// <summary>What was trained, and how well it does on pictures it has not seen.</summary>
    public ResultTable Table => ResultTable
        .From(Trained.SelectMany(entry => entry.Fits.Select(fit => new
        {
            Task = entry.Task.Name,
            Method = fit.Arm.Name,
            LearningRate = fit.LearningRate,
            Trained = fit.Result.TrainedParameters,
            Validation = fit.Result.BestScore,
            Test = fit.Auroc,
            Epoch = $"{fit.Result.BestEpoch + 1} of {fit.Result.Scores.Count}",
        })))
        .Rename("LearningRate", "Learning rate").Rename("Trained", "Trained weights").Rename("Validation", "Validation AUROC").Rename("Test", "Test AUROC").Rename("Epoch", "Best epoch")
        .WithDecimals("Learning rate", 4).WithDecimals("Validation AUROC", 3).WithDecimals("Test AUROC", 3)
        .WithCaption("One seed, trained just now")
        .WithFootnotes([.. _notes]);

    internal IReadOnlyList<(TargetTask Task, TaskData Data, IReadOnlyList<LiveFit> Fits)> Trained { get; }

    /// <summary>The loss of every step, averaged over its neighbours.</summary>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    public LineChart PlotLosses(string task)
    {
        var (_, _, fits) = Find(task);
        return new LineChart
        {
            Title = $"{Capital(task)}: training loss",
            XTitle = "training step",
            YTitle = "cross-entropy, moving average",
            Series = [.. fits.Select(fit => new LossCurve { Losses = fit.Result.Losses }.ToLineChart().Series[^1] with { Name = fit.Arm.Name, Color = null })],
            Height = 380,
        };
    }

    /// <summary>The score on the validation part after every epoch; the best epoch's weights are kept.</summary>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    public LineChart PlotScores(string task)
    {
        var (_, _, fits) = Find(task);
        return new LineChart
        {
            Title = $"{Capital(task)}: validation after each epoch",
            XTitle = "epoch",
            YTitle = "macro AUROC",
            Series = [.. fits.Select(fit => new LineSeries(fit.Arm.Name, [.. Enumerable.Range(1, fit.Result.Scores.Count).Select(epoch => (double)epoch)], fit.Result.Scores))],
            References = [new ReferenceLine(0.5, "guessing")],
            Height = 380,
        };
    }

    /// <summary>
    /// What training has changed in the layer that makes queries, keys and values, block by block: a rank-4 update of queries and values, and everything in full fine-tuning.
    /// </summary>
    /// <param name="task">One of <see cref="Tasks"/>.</param>
    public ImageGrid ShowUpdates(string task)
    {
        const int shown = 4;
        var (_, _, fits) = Find(task);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var blocks = Math.Min(shown, _backbone.Options.Depth);
        var melo = (LowRankClassifier)fits.Single(fit => fit.Arm.Mode == MeLoMode.LowRank).Result.Classifier;
        var full = fits.Single(fit => fit.Arm.Mode == MeLoMode.FullFineTuning).Result.Classifier.state_dict();
        var start = _backbone.state_dict();
        var chosen = Enumerable.Range(0, blocks).Select(i => i * _backbone.Options.Depth / blocks).ToArray();
        return new ImageGrid
        {
            Title = $"{Capital(task)}: how far each weight of the attention's first layer has moved",
            ColumnHeaders = [.. chosen.Select(block => $"block {block + 1}")],
            Rows =
            [
                new GridRow([.. chosen.Select(block => Cell(Update(melo, task, block)))], MeLoPlan.MeLo().Name),
                new GridRow([.. chosen.Select(block => Cell(full.Single(entry => entry.Key.EndsWith(Layer(block) + ".weight", StringComparison.Ordinal)).Value - start[Layer(block) + ".weight"]))], MeLoPlan.Full.Name),
            ],
            CellSize = 150,
        };
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString() ?? "";

    /// <summary>Frees the classifiers and the backbone.</summary>
    public void Dispose()
    {
        foreach (var fit in Trained.SelectMany(entry => entry.Fits))
        {
            fit.Dispose();
        }

        _backbone.Dispose();
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Layer(int block) => string.Create(CultureInfo.InvariantCulture, $"blocks.{block}.attn.qkv");

    // Rows are queries, keys, values from top to bottom; keys have no update.
    private static Tensor Update(LowRankClassifier melo, string task, int block)
    {
        var matrices = melo.Adapter.Matrices(task).Where(entry => entry.Name.StartsWith(Layer(block) + ".", StringComparison.Ordinal)).ToDictionary(entry => entry.Name[(Layer(block).Length + 1)..], entry => entry.Matrix);
        var scale = melo.Adapter.Options.Alpha / melo.Adapter.Options.Rank;
        Tensor Product(string part) => matrices[part + ".lora_b"].matmul(matrices[part + ".lora_a"]) * scale;
        var queries = Product("q");
        return cat([queries, zeros_like(queries), Product("v")], 0);
    }

    // A square of the mean change in tiles, so that wide layers make no large picture.
    private static GridCell Cell(Tensor change)
    {
        const int tiles = 96;
        var size = change.abs().to(ScalarType.Float32);
        var picture = nn.functional.adaptive_avg_pool2d(size.unsqueeze(0).unsqueeze(0), tiles);
        var largest = Math.Max(picture.max().item<float>(), 1e-12f);
        return new GridCell(TensorPicture.Of(1 - (picture / largest), 0), string.Create(CultureInfo.InvariantCulture, $"black: {largest:0.#####}"));
    }

    private (TargetTask Task, TaskData Data, IReadOnlyList<LiveFit> Fits) Find(string task) => Trained.FirstOrDefault(entry => entry.Task.Name == task) is { Task: not null } found ? found
        : throw new ArgumentException($"'{task}' was not trained here; choose one of {string.Join(", ", Tasks)}.", nameof(task));
}
