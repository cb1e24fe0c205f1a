using System.Diagnostics;
using RobustVlm.Methods;
using RobustVlm.Models;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>A method, trained in front of the reader.</summary>
/// <param name="Arm">The method.</param>
/// <param name="LearningRate">Learning rate at the start.</param>
/// <param name="Result">The classifier and its curves.</param>
/// <param name="Auroc">Macro AUROC on the test part.</param>
/// <param name="Seconds">Time of the training.</param>
internal sealed record LiveFit(MeLoArm Arm, double LearningRate, MeLoResult Result, double Auroc, double Seconds) : IDisposable
{
    /// <summary>Trains and scores.</summary>
    internal static LiveFit Train(
        Lab lab, VisionTransformer backbone, string task, int classes, TaskData data, MeLoArm arm, MeLoOptions options, Action<double> progress)
    {
        using var random = lab.Random($"melo: {task}, training");   // the sweep's stream, so that a seed means the same
        var clock = Stopwatch.StartNew();
        var result = new MeLo(options).Train(
            backbone, task, classes, data.Train.Images, data.Train.Labels, data.Validation.Images, data.Validation.Labels, Evaluation.Auroc.Macro, random,
            step => progress((double)step.Step / step.Total));
        var seconds = clock.Elapsed.TotalSeconds;
        using var logits = MeLo.Logits(result.Classifier, data.Test.Images);
        return new LiveFit(arm, options.LearningRate, result, Evaluation.Auroc.Macro(logits, data.Test.Labels), seconds);
    }

    public void Dispose() => Result.Dispose();
}
