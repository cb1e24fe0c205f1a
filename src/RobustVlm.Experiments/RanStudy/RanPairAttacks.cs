using RobustVlm.Attacks;
using RobustVlm.Attacks.Pairs;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.AttackTour;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Attacks on pairs of image and captions against a model that was trained on clean pairs, and the strength of the PGD that scores heads.</summary>
internal static class RanPairAttacks
{
    internal const string TextsFound = "images lost";
    internal const string ImagesFound = "captions lost";
    internal const string BestSingle = "better of images and captions alone";
    internal const string ZeroStart = "PGD from the picture itself";
    internal const string Long = "PGD with more steps";
    internal const string Exact = "PGD with float32 gradients";

    // At one hit in the first place the words alone decide.
    private const int Among = 10;
    private const int LongSteps = 50;

    /// <summary>Names of the attacks: on images, on captions, on both apart, on both together.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["PGD", "BERT-Attack", "Sep-Attack", "Co-Attack", "SGA"];

    internal static List<Measurement> Measure(Lab lab, RanRunOptions options, RanData data, Action<double, string> progress)
    {
        using var clip = RanUpstream.Model(lab, options, data, (share, text) => progress(0.4 * share, text));
        var rows = Pairs(lab, options.Sizes, clip, share => progress(0.4 + (0.4 * share), "attacking pairs"));
        rows.AddRange(Strength(lab, options.Sizes, clip, data));
        return rows;
    }

    private static List<Measurement> Pairs(Lab lab, RanSizes sizes, Clip clip, Action<double> progress)
    {
        var (language, owner) = RanUpstream.Language(lab);
        using var owned = owner;
        using var batch = RanData.Render(lab, "retrieval", sizes.Retrieved, new() { Size = sizes.ImageSize, ReportsPerImage = sizes.Captions });
        var model = new ClipImageTextModel(clip, RanData.Tokenizer);
        var clean = RetrievalRecall.Of(model, batch.Images, batch.Reports);
        var rows = new List<Measurement>
        {
            new("clean", TextsFound, clean.TextAt(Among), N: sizes.Retrieved), new("clean", ImagesFound, clean.ImageAt(Among), N: sizes.Retrieved * sizes.Captions),
        };
        var attacks = PairTour.Attacks(language);
        foreach (var (i, (name, attack)) in Names.Zip(attacks).Index())
        {
            using var random = lab.Random("ran: attack on pairs");
            using var attacked = attack.WithEpsilon(PixelBudget.Of255(RanPlan.PairBudget)).Perturb(model, batch.Images, batch.Reports, random, share => progress((i + share) / attacks.Count));
            var after = RetrievalRecall.Of(model, attacked.Images, attacked.Captions);
            rows.Add(new(name, TextsFound, AttackSuccess.Of(clean.TextHits(Among), after.TextHits(Among)).OfRight, N: sizes.Retrieved));
            rows.Add(new(name, ImagesFound, AttackSuccess.Of(clean.ImageHits(Among), after.ImageHits(Among)).OfRight, N: sizes.Retrieved * sizes.Captions));
        }

        foreach (var column in new[] { TextsFound, ImagesFound })
        {
            rows.Add(new(BestSingle, column, rows.Where(number => number.Column == column && Names.Take(2).Contains(number.Row)).Max(number => number.Value)));
        }

        return rows;
    }

    // Gradients that are hidden would show: a start without noise, or more steps, would break much more.
    private static IEnumerable<Measurement> Strength(Lab lab, RanSizes sizes, Clip clip, RanData data)
    {
        var scores = new RanScores(sizes, lab.Seed, Autocast.TrainingType(lab.Device.type));
        var exact = new RanScores(sizes, lab.Seed, ScalarType.Float32);
        var budget = RanPlan.Budgets[0];
        var column = RanScores.Robust(budget);
        foreach (var arm in new[] { RanArm.Probe, RanArm.Ran })
        {
            using var result = RanFit.Fit(lab, clip, arm, sizes, data);
            yield return scores.Attacked($"{arm.Name}: PGD", column, result.Classifier, data.Test, scores.Pgd(budget, sizes.AttackSteps));
            yield return scores.Attacked($"{arm.Name}: {ZeroStart}", column, result.Classifier, data.Test, scores.Pgd(budget, sizes.AttackSteps, randomStart: false));
            yield return exact.Attacked($"{arm.Name}: {Exact}", column, result.Classifier, data.Test, exact.Pgd(budget, sizes.AttackSteps));
            yield return scores.Attacked($"{arm.Name}: {Long}", column, result.Classifier, data.Test, scores.Pgd(budget, sizes.AttackSteps * LongSteps / 20));
        }
    }
}
