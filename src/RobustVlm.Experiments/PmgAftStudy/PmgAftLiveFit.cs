using RobustVlm.Engine;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Accuracy without attack at some step of a training, on the source set and as mean over the zero-shot sets.</summary>
internal readonly record struct ForgettingPoint(int Step, double Source, double ZeroShot);

/// <summary>A method, trained in front of the reader.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Student">The model; the pre-trained one where nothing was trained.</param>
/// <param name="Result">Its curves; null where nothing was trained.</param>
/// <param name="Forgetting">Accuracy without attack over the training.</param>
/// <param name="Scores">What <see cref="PmgAftScores.Usual"/> measured, and the drift.</param>
internal sealed record PmgAftLiveFit(
    string Name, Clip Student, TrainingResult? Result, IReadOnlyList<ForgettingPoint> Forgetting, IReadOnlyList<Measurement> Scores) : IDisposable
{
    /// <summary>Trains and scores.</summary>
    /// <param name="lab">The lab; its seed is the run's.</param>
    /// <param name="name">The method's name.</param>
    /// <param name="method">The method; null takes the pre-trained model as it is.</param>
    /// <param name="options">As a run of the sweep.</param>
    /// <param name="pictures">The seed's pictures.</param>
    /// <param name="points">How often to measure accuracy during the training; 0 leaves it out.</param>
    /// <param name="progress">Told the finished share.</param>
    internal static PmgAftLiveFit Train(
        Lab lab, string name, IFineTuningMethod? method, PmgAftRunOptions options, ZeroShotPictures pictures, int points, Action<double> progress)
    {
        var student = ShippedCheckpoints.MiniClip(lab).Model;
        var encoder = (method?.Input ?? new ClipInput()).Encoder(student);
        var forgetting = new List<ForgettingPoint>();
        if (points > 0)
        {
            forgetting.Add(Measure(student, encoder, pictures, 0));
        }

        TrainingResult? result = null;
        if (method is not null)
        {
            var each = points > 0 ? Math.Max(1, options.Steps / points) : int.MaxValue;
            result = PmgAftFit.Train(lab, options, method, student, null, pictures, step =>
            {
                progress(0.7 * step.Step / step.Total);
                if (step.Step % each == 0)
                {
                    forgetting.Add(Measure(student, encoder, pictures, step.Step));
                }
            });
        }

        var scores = new PmgAftScores(student, encoder, pictures, options, lab.Seed, Autocast.TrainingType(lab.Device.type)).Usual(share => progress(0.7 + (0.3 * share)));
        return new PmgAftLiveFit(name, student, result, forgetting, [.. scores, .. method is null ? [] : PmgAftFit.Drift(lab, student, method.Input, pictures)]);
    }

    internal double Score(string row, string column) => Scores.FirstOrDefault(number => number.Row == row && number.Column == column)?.Value ?? double.NaN;

    public void Dispose()
    {
        Student.Dispose();
        Result?.Dispose();
    }

    private static ForgettingPoint Measure(Clip student, Func<Tensor, Tensor> encoder, ZeroShotPictures pictures, int step)
    {
        using var noGradient = no_grad();
        var rates = pictures.Sets.Select(set =>
        {
            using var scope = NewDisposeScope();
            using var classifier = ZeroShotClassifier.Create(student, set.Prompts, encoder);
            using var precision = Autocast.ForTraining(set.Images.device_type);
            return (double)classifier.Logits(set.Images).argmax(1).eq(set.Labels).to(ScalarType.Float32).mean().item<float>();
        }).ToArray();
        return new ForgettingPoint(step, rates[0], rates.Skip(1).Average());
    }
}
