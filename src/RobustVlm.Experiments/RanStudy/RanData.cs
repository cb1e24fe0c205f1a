using RobustVlm.Attacks.Text;
using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Pictures with one label and one question each.</summary>
/// <param name="Images">Float tensor [N, 1, S, S], pixels in [0, 1].</param>
/// <param name="Labels">Long tensor [N], class indices in [0, 7).</param>
/// <param name="Questions">Long tensor [N, T], tokens.</param>
/// <param name="Answers">Long tensor [N], indices of answers.</param>
internal sealed record RanSet(Tensor Images, Tensor Labels, Tensor Questions, Tensor Answers) : IDisposable
{
    internal int Count => (int)Images.shape[0];

    public void Dispose()
    {
        foreach (var tensor in new[] { Images, Labels, Questions, Answers })
        {
            tensor.Dispose();
        }
    }
}

/// <summary>The pictures of a seed: pairs to pre-train on, and sets to learn from and to score on. They are drawn apart, so that no patient is in two of them.</summary>
internal sealed class RanData : IDisposable
{
    // The phantom's own shifts, old films and a failing bedside unit, left the clean model of the choosing seed at 21 % right, near chance: nothing could be lost there.
    private static readonly AugmentationOptions s_strangeSite = new() { LeastCrop = 0.9, Rotation = 12, Brightness = 0.15, Contrast = 0.4, Noise = 0.1 };

    private RanData(PhantomBatch pairs, RanSet train, RanSet test, RanSet shifted) => (Pairs, Train, Test, Shifted) = (pairs, train, test, shifted);

    /// <summary>Knows every word of reports, false reports and questions.</summary>
    internal static WordTokenizer Tokenizer { get; } = ChestReports.Tokenizer(more: ChestQuestions.All.Concat(CaptionRules.Chest.Rules.SelectMany(rule => rule.To)));

    /// <summary>To pre-train on.</summary>
    internal PhantomBatch Pairs { get; }

    /// <summary>To learn from.</summary>
    internal RanSet Train { get; }

    /// <summary>To score on, drawn like those to learn from.</summary>
    internal RanSet Test { get; }

    /// <summary>To score on, as a strange site would make them: patients turned, other exposure and contrast, more noise.</summary>
    internal RanSet Shifted { get; }

    internal static RanData Draw(Lab lab, RanSizes sizes)
    {
        return new RanData(
            Render(lab, "pairs", sizes.Pairs, new() { Size = sizes.ImageSize, ReportsPerImage = sizes.Captions }),
            Set(lab, sizes, "to learn from", Math.Max(sizes.Train, sizes.Questions)),
            Set(lab, sizes, "test", sizes.Test),
            Set(lab, sizes, "shifted test", sizes.Test, s_strangeSite));
    }

    public void Dispose()
    {
        Pairs.Dispose();
        Train.Dispose();
        Test.Dispose();
        Shifted.Dispose();
    }

    internal static PhantomBatch Render(Lab lab, string purpose, int count, ChestPhantomOptions options)
    {
        using var random = lab.Random($"ran: {purpose}");
        using var labels = tensor(Enumerable.Range(0, count).Select(i => (long)(i % Findings.All.Count)).ToArray(), device: random.device);
        return new ChestPhantom(options).Render(labels, random, lab.Device);
    }

    private static RanSet Set(Lab lab, RanSizes sizes, string purpose, int count, AugmentationOptions? shift = null)
    {
        using var scope = NewDisposeScope();
        using var random = lab.Random($"ran: {purpose}, questions");
        using var batch = Render(lab, purpose, count, new() { Size = sizes.ImageSize });
        using var asked = ChestQuestions.Ask(batch, random);
        return new RanSet(
            (shift is null ? batch.Images.clone() : new Augmentation(shift).Apply(batch.Images, random)).DetachFromDisposeScope(),
            batch.Labels.clone().DetachFromDisposeScope(),
            Tokenizer.Encode(asked.Questions).to(lab.Device).DetachFromDisposeScope(),
            asked.Answers.clone().DetachFromDisposeScope());
    }
}
