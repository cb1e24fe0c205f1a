using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Fine-tunes the mini CLIP by a method and scores it. Of one seed, all methods get the same batches in the same order, and differ by their loss alone.</summary>
internal sealed class PmgAftFit
{
    internal const string FitRow = "fit";
    internal const string DriftRow = "drift";
    internal const string DistanceColumn = "distance of weights";
    internal const string CosineColumn = "mean cosine";
    internal const string GradientRow = "gradients";
    internal const string CurvePrefix = "curve: ";

    private const int CurvePoints = 15;
    private const double TrainingShare = 0.6;

    /// <summary>The names of PMG-AFT's divergences.</summary>
    internal static IReadOnlyList<string> Divergences { get; } = ["general", "clean"];

    internal static string RatioColumn(string term) => $"{term} / CE";

    // Neighbouring runs of a sweep share a seed's pictures.
    private (ulong Seed, int Source, int Each, ZeroShotPictures Pictures)? _last;

    /// <summary>Makes a run.</summary>
    internal SweepOutcome Run(Lab lab, PmgAftRunOptions options, Action<double, string> progress)
    {
        progress(0, "drawing pictures");
        var (model, tokenizer) = ShippedCheckpoints.MiniClip(lab);
        using var student = model;
        var pictures = Pictures(lab, options, model.Options.Image.ImageSize, tokenizer);
        using var random = lab.Random("pmg-aft: prompt");
        using var prompt = Prompt(student, options.Arm, random);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var rows = new List<Measurement>();
        if (PmgAftPlan.MethodOf(options.Arm) is { } method)
        {
            using var result = Train(lab, options, method, student, prompt, pictures, step => progress(
                TrainingShare * step.Step / step.Total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.00}")));
            rows.Add(Number(FitRow, "seconds of training", clock.GetElapsedTime(started).TotalSeconds));
            rows.Add(Number(FitRow, "trained weights", (prompt is null ? student.Visual.parameters() : prompt.parameters()).Sum(weight => weight.numel())));
            rows.AddRange(options.Kind == PmgAftRunKind.Attacks ? [] : Curves(result).Concat(Gradients(result)));
        }

        started = clock.GetTimestamp();
        var input = PmgAftPlan.MethodOf(options.Arm)?.Input ?? new ClipInput();
        var encoder = prompt?.Encoder(input) ?? input.Encoder(student);
        var scores = new PmgAftScores(student, encoder, pictures, options, lab.Seed, Autocast.TrainingType(lab.Device.type));
        void Scoring(double share) => progress(TrainingShare + ((1 - TrainingShare) * share), "scoring");
        rows.AddRange(options.Kind == PmgAftRunKind.Attacks ? scores.Strong(Scoring) : scores.Usual(Scoring));
        rows.Add(Number(FitRow, "seconds of scoring", clock.GetElapsedTime(started).TotalSeconds));
        if (options.Kind != PmgAftRunKind.Attacks && options.Arm != PmgAftArm.Original && prompt is null)
        {
            rows.AddRange(Drift(lab, student, input, pictures));
        }

        var precision = Autocast.TrainingType(lab.Device.type) == ScalarType.BFloat16 ? "bfloat16 training and attacks, float32 weights and scores" : "float32";
        return new SweepOutcome(rows, Precision: precision);
    }

    internal static FineTuningOptions TrainingOf(PmgAftRunOptions options) => new()
    {
        Training = new TrainingOptions
        {
            Steps = options.Steps,
            Optimizer = options.Arm == PmgAftArm.Fare ? OptimizerKind.AdamW : OptimizerKind.Sgd,
            LearningRate = options.LearningRate,
            WeightDecay = options.Arm == PmgAftArm.Fare ? 1e-4 : 0,
            DecayVectors = true,
        },
        WarmUpShare = 0.25,
        BatchSize = options.BatchSize,
        Attack = options.Epsilon > 0 ? new TrainingAttackOptions { Epsilon = Attacks.PixelBudget.Of255(options.Epsilon), Steps = options.TrainingAttackSteps } : new(),
        GradientNorms = true,
    };

    /// <summary>Trains in place.</summary>
    internal static TrainingResult Train(
        Lab lab, PmgAftRunOptions options, IFineTuningMethod method, Clip student, VisualPrompt? prompt, ZeroShotPictures pictures, Action<TrainingProgress> progress)
    {
        using var random = lab.Random("pmg-aft: training");   // one name for all methods
        return new ZeroShotFineTuning(method, TrainingOf(options)).Train(
            student, pictures.Prompts, pictures.Images, pictures.Labels, random, progress, prompt: prompt);
    }

    private ZeroShotPictures Pictures(Lab lab, PmgAftRunOptions options, int imageSize, Data.Text.ClipTokenizer tokenizer)
    {
        if (_last is { } last && (last.Seed, last.Source, last.Each) == (lab.Seed, options.SourcePictures, options.Pictures))
        {
            return last.Pictures;
        }

        _last?.Pictures.Dispose();
        _last = null;
        var drawn = ZeroShotPictures.Draw(lab, options.SourcePictures, options.Pictures, imageSize, tokenizer);
        _last = (lab.Seed, options.SourcePictures, options.Pictures, drawn);
        return drawn;
    }

    // Shares of the picture and of its tokens as in the published settings for 224 pixels: a frame of 30, twice as many tokens as patches.
    private static VisualPrompt? Prompt(Clip model, PmgAftArm arm, Generator random)
    {
        var image = model.Options.Image;
        return arm switch
        {
            PmgAftArm.PadPrompt => new VisualPrompt(model, new VisualPromptOptions { PadWidth = 30 * image.ImageSize / 224 }, random),
            PmgAftArm.TokenPrompt => new VisualPrompt(model, new VisualPromptOptions { PadWidth = 0, Tokens = 2 * (image.ImageSize / image.PatchSize) * (image.ImageSize / image.PatchSize) }, random),
            _ => null,
        };
    }

    /// <summary>Every recorded number as means over neighbouring steps; the column is the number of the last of them.</summary>
    internal static IEnumerable<Measurement> Curves(TrainingResult result)
    {
        var each = Math.Max(1, result.Losses.Count / CurvePoints);
        return result.Terms.SelectMany(term => term.Value.Chunk(each).Select((values, i) => Number(
            CurvePrefix + term.Key, Math.Min((i + 1) * each, result.Losses.Count).ToString(CultureInfo.InvariantCulture), Rounded(values.Average()))));
    }

    // From the second half: at the start the student is the teacher, and their divergence is zero.
    private static IEnumerable<Measurement> Gradients(TrainingResult result)
    {
        double? Norm(string term) => result.Terms.TryGetValue($"gradient of {term}", out var values) ? values.Skip(values.Count / 2).Average() : null;
        return Norm("CE") is not { } entropy ? []
            : Divergences.Where(term => Norm(term) is not null).Select(term => Number(GradientRow, RatioColumn(term), Norm(term)!.Value / entropy));
    }

    internal static List<Measurement> Drift(Lab lab, Clip tuned, ClipInput input, ZeroShotPictures pictures)
    {
        using var original = ShippedCheckpoints.MiniClip(lab).Model;
        var drifts = pictures.Sets.Skip(1).Select(set => WeightDrift.Between(tuned, original, set.Images, input)).ToArray();
        return
        [
            Number(DriftRow, DistanceColumn, drifts[0].WeightDistance),
            Number(DriftRow, CosineColumn, drifts.Average(drift => drift.MeanCosine)),
        ];
    }

    private static double Rounded(double value) => double.IsFinite(value) ? double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;

    private static Measurement Number(string row, string column, double value) => new(row, column, value, IsRate: false);
}
