using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Makes a run: every arm of a seed starts from the same trained model and gets the same batches.</summary>
internal sealed class NullspaceFit
{
    internal const string FitRow = "fit";
    internal const string NoiseRow = "noise";
    internal const string StoppedColumn = "share of rounds after the first that stopped early";
    internal const string LengthCurve = "length";
    internal const string CurvePrefix = "curve: ";

    private const double TuningShare = 0.5;

    // Neighbouring runs of a sweep share a seed's pictures and its trained model.
    private Start? _last;

    /// <summary>Makes a run.</summary>
    internal SweepOutcome Run(Lab lab, NullspaceRunOptions options, Action<double, string> progress)
    {
        var start = StartOf(lab, options, progress);
        using var model = start.Copy(lab);
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();
        var rows = new List<Measurement>
        {
            Number(FitRow, "seconds of the shared training", start.Seconds),
            new(FitRow, "clean before", ClassifierEvaluation.OnClean(model.call, start.Pictures.Test.Images, start.Pictures.Test.Labels, 256).Accuracy, N: options.TestPictures),
        };
        if (options.Kind == NullspaceRunKind.Analysis)
        {
            rows.AddRange(new NullspaceAnalysis(lab, model, start.Pictures, options).Run(share => progress(share, "analysis")));
            rows.Add(Number(FitRow, "seconds", clock.GetElapsedTime(begun).TotalSeconds));
            return new SweepOutcome(rows, Precision: Precision(lab));
        }

        var scores = new NullspaceScores(model, start.Pictures, options, lab.Seed);
        rows.AddRange(Tune(lab, options, model, start.Pictures, scores, (share, text) => progress(TuningShare * share, text)));
        rows.Add(Number(FitRow, "seconds of tuning", clock.GetElapsedTime(begun).TotalSeconds));
        begun = clock.GetTimestamp();
        rows.AddRange(scores.All(share => progress(TuningShare + ((1 - TuningShare) * share), "scoring")));
        rows.Add(Number(FitRow, "seconds of scoring", clock.GetElapsedTime(begun).TotalSeconds));
        return new SweepOutcome(rows, scores.Warnings, Precision(lab));
    }

    /// <summary>The model that all arms of a seed start from, as a copy of one's own, and the seed's pictures.</summary>
    internal (VisionTransformer Model, NullspacePictures Pictures) Begin(Lab lab, NullspaceRunOptions options, Action<double, string> progress)
    {
        var start = StartOf(lab, options, progress);
        return (start.Copy(lab), start.Pictures);
    }

    /// <summary>Frees the pictures and the model of the last seed.</summary>
    internal void Forget()
    {
        _last?.Dispose();
        _last = null;
    }

    /// <summary>Fine-tunes a model by an arm; all arms of a seed get the same batches.</summary>
    internal static NullspaceTuningResult Train(
        Lab lab, NullspaceRunOptions options, VisionTransformer model, NullspacePictures pictures, Func<VisionTransformer, double> score, Action<TrainingProgress> progress)
    {
        using var random = lab.Random("nullspace: tuning");   // one name for all arms
        return new NullspaceTuning(NullspacePlan.Recipe(options)).Train(model, pictures.Train.Images, pictures.Train.Labels, pictures.Validation.Images, score, random, progress);
    }

    private static string Precision(Lab lab) => Autocast.TrainingType(lab.Device.type) == ScalarType.BFloat16 ? "bfloat16 training, float32 weights, noise and scores" : "float32";

    private Start StartOf(Lab lab, NullspaceRunOptions options, Action<double, string> progress)
    {
        var key = (lab.Seed, options.TrainPictures, options.ValidationPictures, options.TestPictures, options.BaseSteps, options.BatchSize);
        if (_last is { } last && last.Key.Equals(key))
        {
            return last;
        }

        Forget();
        progress(0, "drawing pictures");
        return _last = Start.Make(lab, options, key, progress);
    }

    private static List<Measurement> Tune(
        Lab lab, NullspaceRunOptions options, VisionTransformer model, NullspacePictures pictures, NullspaceScores scores, Action<double, string> progress)
    {
        var result = Train(lab, options, model, pictures, scores.Selection,
            step => progress(step.Step / (double)step.Total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.00}")));
        List<Measurement> rows = [Number(FitRow, "best round", result.BestRound + 1), .. Curve("score", result.Scores)];
        if (result.Rounds is { Count: > 1 } rounds)
        {
            rows.Add(Number(NoiseRow, StoppedColumn, result.ReachedShare));
            rows.AddRange(Curve(LengthCurve, rounds.Select(round => round.Norm)));
            rows.AddRange(Curve("length at the start", rounds.Select(round => round.StartNorm)));
            rows.AddRange(Curve("steps", rounds.Select(round => (double)round.Steps)));
            rows.AddRange(Curve("probability distance", rounds.Select(round => round.ProbabilityDistance)));
            rows.AddRange(Curve("agreement", rounds.Select(round => round.Agreement)));
        }

        rows.AddRange(result.Terms.SelectMany(term => Curve($"loss, {term.Key}", term.Value.Chunk(options.StepsPerRound).Select(values => values.Average()))));
        return rows;
    }

    private static IEnumerable<Measurement> Curve(string name, IEnumerable<double> values) =>
        values.Select((value, i) => Number(CurvePrefix + name, (i + 1).ToString(CultureInfo.InvariantCulture), value));

    private static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);

    /// <summary>A seed's pictures and the model that was trained on them.</summary>
    private sealed class Start : IDisposable
    {
        private readonly VisionTransformer _model;

        private Start(object key, NullspacePictures pictures, VisionTransformer model, double seconds) => (Key, Pictures, _model, Seconds) = (key, pictures, model, seconds);

        internal object Key { get; }

        internal NullspacePictures Pictures { get; }

        internal double Seconds { get; }

        internal static Start Make(Lab lab, NullspaceRunOptions options, object key, Action<double, string> progress)
        {
            var begun = TimeProvider.System.GetTimestamp();
            var pictures = NullspacePictures.Draw(lab, options);
            using var weights = lab.Random("nullspace: initial weights");
            using var training = lab.Random("nullspace: base training");
            var model = New(lab, weights);
            var trainer = new ClassifierTrainer(new ClassifierTrainerOptions
            {
                Training = NullspacePlan.BaseTraining(options),
                BatchSize = options.BatchSize,
                Augmentation = NullspacePlan.Augmentation,
            });
            using var curves = trainer.Train(model, pictures.Train.Images, pictures.Train.Labels, training, step =>
                progress(0, string.Create(CultureInfo.InvariantCulture, $"shared training, step {step.Step} of {step.Total}")));
            return new Start(key, pictures, model, TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
        }

        internal VisionTransformer Copy(Lab lab)
        {
            using var random = lab.Random("nullspace: copy");
            var copy = New(lab, random);
            copy.load_state_dict(_model.state_dict());
            copy.eval();
            return copy;
        }

        public void Dispose()
        {
            Pictures.Dispose();
            _model.Dispose();
        }

        private static VisionTransformer New(Lab lab, Generator random)
        {
            var model = NullspacePlan.Model.Create(random);
            model.to(lab.Device);
            return model;
        }
    }
}
