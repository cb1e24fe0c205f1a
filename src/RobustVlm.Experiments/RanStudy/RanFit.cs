using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods.Ran;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Makes the runs: crafts poisoned pairs, pre-trains, fits every head and scores it.</summary>
internal sealed class RanFit
{
    internal const string FitRow = "run";
    internal const string FrozenRow = "frozen features";
    internal const string ScaledRow = "frozen features, scaled rows";
    internal const string ZeroShotRow = "zero-shot";
    internal const string SecondsColumn = "seconds";

    // Neighbouring runs of a sweep share a seed's pictures.
    private (ulong Seed, RanSizes Sizes, RanData Data)? _last;

    /// <summary>The pictures of a seed, drawn when the last call was for others.</summary>
    internal RanData Data(Lab lab, RanSizes sizes)
    {
        if (_last is { } last && (last.Seed, last.Sizes) == (lab.Seed, sizes))
        {
            return last.Data;
        }

        _last?.Data.Dispose();
        _last = null;
        var data = RanData.Draw(lab, sizes);
        _last = (lab.Seed, sizes, data);
        return data;
    }

    /// <summary>Makes a run.</summary>
    internal SweepOutcome Run(Lab lab, RanRunOptions options, Action<double, string> progress)
    {
        progress(0, "drawing pictures");
        var data = Data(lab, options.Sizes);
        var started = TimeProvider.System.GetTimestamp();
        List<Measurement> rows = options.Kind switch
        {
            RanRunKind.Crafting => RanCrafting.Measure(lab, options.Sizes, data, progress),
            RanRunKind.Attacks => RanPairAttacks.Measure(lab, options, data, progress),
            _ => Heads(lab, options, data, progress),
        };
        rows.Add(RanScores.Number(FitRow, SecondsColumn, TimeProvider.System.GetElapsedTime(started).TotalSeconds));
        return new SweepOutcome(rows, Precision: Autocast.TrainingType(lab.Device.type) == ScalarType.BFloat16 ? "bfloat16 training and attacks, float32 weights and scores" : "float32");
    }

    /// <summary>The classifier of an arm behind a model, fitted on the seed's pictures.</summary>
    internal static RanResult Fit(Lab lab, Clip model, RanArm arm, RanSizes sizes, RanData data, Action<double>? progress = null)
    {
        using var random = lab.Random("ran: heads");   // the same for all arms
        return new RanTrainer(arm.Options(sizes)).Train(
            model, data.Train.Images.narrow(0, 0, sizes.Train), data.Train.Labels.narrow(0, 0, sizes.Train), Findings.All.Count, random, progress);
    }

    /// <summary>What answers questions, fitted on the seed's pictures.</summary>
    internal static RanVqaResult FitQuestions(Lab lab, Clip model, RanArm arm, RanSizes sizes, RanData data, Action<double>? progress = null)
    {
        using var random = lab.Random("ran: heads, questions");
        return new RanVqaTrainer(arm.Options(sizes)).Train(
            model, data.Train.Images.narrow(0, 0, sizes.Questions), data.Train.Questions.narrow(0, 0, sizes.Questions), data.Train.Answers.narrow(0, 0, sizes.Questions),
            ChestQuestions.Answers.Count, random, progress);
    }

    /// <summary>What stands behind the model of a run: all heads where both of a pair are poisoned by rules, the compared ones elsewhere.</summary>
    internal static IEnumerable<RanArm> ArmsOf(RanRunOptions options) =>
        options is { Pairing: NoisePairing.Both, Texts: RanTexts.Rules } ? RanArm.Main.Concat(RanArm.Ablation) : RanArm.Compared;

    private static List<Measurement> Heads(Lab lab, RanRunOptions options, RanData data, Action<double, string> progress)
    {
        const double shareOfUpstream = 0.4;
        using var model = RanUpstream.Model(lab, options, data, (share, text) => progress(shareOfUpstream * share, text));
        var scores = new RanScores(options.Sizes, lab.Seed, Autocast.TrainingType(lab.Device.type));
        var rows = Frozen(lab, model, data);
        RanArm[] arms = [.. ArmsOf(options)];
        foreach (var (i, arm) in arms.Index())
        {
            void Report(double share) => progress(shareOfUpstream + ((1 - shareOfUpstream) * (i + share) / arms.Length), arm.Name);
            var own = OfArm(lab, model, arm, options.Sizes, data, scores, Report);
            rows.AddRange(own);
            if (own.Count(number => RanScores.TestSets.Contains(number.Column)) == RanScores.TestSets.Count)
            {
                rows.Add(new Measurement(arm.Name, RanScores.Mean, RanScores.TestSets.Average(column => own.Single(number => number.Column == column).Value)));
                rows.Add(Lead(rows, arm, RanArm.Probe, RanScores.OverProbe));
                if (arm != RanArm.Probe)
                {
                    rows.Add(Lead(rows, arm, RanArm.Mlp, RanScores.OverMlp));
                }
            }
        }

        return rows;
    }

    private static List<Measurement> OfArm(Lab lab, Clip model, RanArm arm, RanSizes sizes, RanData data, RanScores scores, Action<double> progress)
    {
        var rows = new List<Measurement>();
        using (var result = Fit(lab, model, arm, sizes, data, share => progress(0.4 * share)))
        {
            rows.Add(RanScores.Accuracy(arm.Name, RanScores.InDomain, result.Classifier, data.Test.Images, data.Test.Labels));
            rows.Add(RanScores.Accuracy(arm.Name, RanScores.Shifted, result.Classifier, data.Shifted.Images, data.Shifted.Labels));
            rows.Add(RanScores.Number(arm.Name, "trained weights", result.TrainedParameters));
            using var adapted = result.AdaptedFeatures(data.Test.Images);
            rows.AddRange(RanScores.Features(arm.Name, adapted));
            if (RanArm.Main.Contains(arm))
            {
                rows.AddRange(RanScores.Spectrum(arm.Name, adapted));
                rows.AddRange(scores.Attacked(arm.Name, result.Classifier, data.Test));
            }
        }

        progress(0.7);
        if (RanArm.Compared.Contains(arm))
        {
            using var answering = FitQuestions(lab, model, arm, sizes, data, share => progress(0.7 + (0.2 * share)));
            rows.AddRange(scores.OfQuestions(arm.Name, answering, data));
        }

        return rows;
    }

    // What is known of the model itself, whatever stands behind it.
    private static List<Measurement> Frozen(Lab lab, Clip model, RanData data)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var features = RanUpstream.Encoded(model.EncodeImage, data.Test.Images);
        var scaled = FeatureSpectrum.OfScaledRows(features);
        using var zeroShot = ZeroShotClassifier.Create(model, [.. new ChestWorld().Prompts.Select(prompts => RanData.Tokenizer.Encode(prompts).to(lab.Device))]);
        return
        [
            RanScores.Accuracy(ZeroShotRow, RanScores.InDomain, zeroShot.Logits, data.Test.Images, data.Test.Labels),
            RanScores.Accuracy(ZeroShotRow, RanScores.Shifted, zeroShot.Logits, data.Shifted.Images, data.Shifted.Labels),
            .. RanScores.Features(FrozenRow, features),
            RanScores.Number(ScaledRow, RanScores.Entropy, scaled.Entropy),
            RanScores.Number(ScaledRow, RanScores.LargestRatio, scaled.LargestRatio),
            .. RanScores.Spectrum(FrozenRow, features),
        ];
    }

    private static Measurement Lead(List<Measurement> rows, RanArm arm, RanArm over, string column)
    {
        double Mean(RanArm of) => rows.Single(number => number.Row == of.Name && number.Column == RanScores.Mean).Value;
        return new Measurement(arm.Name, column, Mean(arm) - Mean(over));
    }
}
