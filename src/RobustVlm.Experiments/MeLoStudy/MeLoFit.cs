using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Trains a method on a task and scores it. All methods get the same pictures, in the same order, unchanged.</summary>
internal sealed class MeLoFit
{
    internal const string ValidationRow = "validation";
    internal const string TestRow = "test";
    internal const string FoldRow = "fold";
    internal const string FitRow = "fit";
    internal const string AurocColumn = "macro AUROC";
    internal const string WeightsColumn = "trained weights";
    internal const string StepColumn = "seconds per step";

    // Neighbouring runs of a sweep share a task's pictures.
    private (string Task, TaskSizes Sizes, ulong Seed, TaskData Data)? _last;

    /// <summary>The pictures of a task, drawn when the last call was for others.</summary>
    internal TaskData Data(Lab lab, MeLoRunOptions options)
    {
        if (_last is { } last && (last.Task, last.Sizes, last.Seed) == (options.Task, options.Pictures, lab.Seed))
        {
            return last.Data;
        }

        Forget();
        var data = TargetTask.Find(options.Task).Create(lab, options.Pictures, VisionTransformerOptions.Mini.ImageSize);
        _last = (options.Task, options.Pictures, lab.Seed, data);
        return data;
    }

    /// <summary>Makes a run.</summary>
    internal SweepOutcome Run(Lab lab, MeLoRunOptions options, Action<double, string> progress)
    {
        progress(0, "drawing pictures");
        var task = TargetTask.Find(options.Task);
        var data = Data(lab, options);
        var clock = TimeProvider.System;
        var (start, last, steps) = (clock.GetTimestamp(), clock.GetTimestamp(), new List<double>());
        using var backbone = ShippedCheckpoints.Load<VisionTransformer>(lab, ShippedCheckpoints.MiniVitName);
        using var random = lab.Random($"melo: {options.Task}, training");
        using var result = new MeLo(Recipe(options)).Train(
            backbone, options.Task, task.Classes.Count, data.Train.Images, data.Train.Labels, data.Validation.Images, data.Validation.Labels, Auroc.Macro, random,
            step =>
            {
                steps.Add(clock.GetElapsedTime(last).TotalSeconds);
                last = clock.GetTimestamp();
                progress(0.95 * step.Step / step.Total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.00}"));
            });
        var seconds = clock.GetElapsedTime(start).TotalSeconds;
        var rows = new List<Measurement>
        {
            Number(FitRow, WeightsColumn, result.TrainedParameters),
            Number(FitRow, StepColumn, Statistics.Quantile([.. steps.Order()], 0.5)),
            Number(FitRow, "seconds", seconds),
            Number(FitRow, "best epoch", result.BestEpoch + 1),
        };
        rows.AddRange(Score(ValidationRow, result.Classifier, data.Validation, task));
        if (options.Kind == MeLoRunKind.Fit)
        {
            rows.AddRange(Score(TestRow, result.Classifier, data.Test, task));
            if (data.Fold > 0)
            {
                rows.AddRange(Score(FoldRow, result.Classifier, data.Test.Slice(0, data.Fold), task));
            }
        }

        var precision = Autocast.TrainingType(lab.Device.type) == ScalarType.BFloat16 ? "bfloat16 training, float32 weights and scores" : "float32";
        return new SweepOutcome(rows, Precision: precision);
    }

    private void Forget()
    {
        _last?.Data.Dispose();
        _last = null;
    }

    internal static MeLoOptions Recipe(MeLoRunOptions options) => new()
    {
        Mode = options.Mode,
        LowRank = options.Rank > 0 ? new LowRankOptions { Rank = options.Rank, Alpha = options.Rank } : new LowRankOptions(),
        Epochs = options.Epochs,
        BatchSize = options.BatchSize,
        LearningRate = options.LearningRate,
    };

    internal static List<Measurement> Score(string row, nn.Module<Tensor, Tensor> classifier, TaskPart part, TargetTask task)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var logits = MeLo.Logits(classifier, part.Images);
        List<Measurement> rows = [Rate(row, AurocColumn, Auroc.Macro(logits, part.Labels), part.Count)];
        if (task.HasSeveralLabels)
        {
            rows.AddRange(task.Classes.Select((name, k) => Rate(
                row, $"AUROC, {name}", Auroc.Macro(logits.narrow(1, k, 1), part.Labels.narrow(1, k, 1)), part.Count)));
            return rows;
        }

        int[] answers = [.. logits.argmax(1).cpu().data<long>().Select(label => (int)label)];
        int[] truth = [.. part.Labels.cpu().data<long>().Select(label => (int)label)];
        var rates = ClassRates.Of(answers, truth, task.Classes.Count);
        rows.Add(Rate(row, "accuracy", rates.Accuracy, part.Count));
        rows.Add(Rate(row, "sensitivity", rates.Sensitivity, part.Count));
        rows.Add(Rate(row, "specificity", rates.Specificity, part.Count));
        return rows;
    }

    private static Measurement Rate(string row, string column, double value, int count) => new(row, column, value, N: count);

    private static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);
}
