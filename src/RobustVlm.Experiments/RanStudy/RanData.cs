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
    private RanData(PhantomBatch pairs, RanSet train, RanSet test, RanSet shifted) => (Pairs, Train, Test, Shifted) = (pairs, train, test, shifted);

    /// <summary>Knows every word of reports, false reports and questions.</summary>
    internal static WordTokenizer Tokenizer { get; } = ChestReports.Tokenizer(more: ChestQuestions.All.Concat(CaptionRules.Chest.Rules.SelectMany(rule => rule.To)));

    /// <summary>To pre-train on.</summary>
    internal PhantomBatch Pairs { get; }

    /// <summary>To learn from.</summary>
    internal RanSet Train { get; }

    /// <summary>To score on, drawn like those to learn from.</summary>
    internal RanSet Test { get; }

    /// <summary>To score on, as strange sites would make them: old films and noisy bedside pictures in equal parts.</summary>
    internal RanSet Shifted { get; }

    internal static RanData Draw(Lab lab, RanSizes sizes)
    {
        var half = sizes.Test / 2;
        return new RanData(
            Render(lab, "pairs", sizes.Pairs, new() { Size = sizes.ImageSize, ReportsPerImage = sizes.Captions }),
            Set(lab, sizes, "to learn from", (RadiographShift.None, Math.Max(sizes.Train, sizes.Questions))),
            Set(lab, sizes, "test", (RadiographShift.None, sizes.Test)),
            Set(lab, sizes, "shifted test", (RadiographShift.OldFilm, half), (RadiographShift.NoisyBedside, sizes.Test - half)));
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

    private static RanSet Set(Lab lab, RanSizes sizes, string purpose, params (RadiographShift Shift, int Count)[] parts)
    {
        using var scope = NewDisposeScope();
        using var random = lab.Random($"ran: {purpose}, questions");
        PhantomBatch[] batches = [.. parts.Where(part => part.Count > 0).Select(part => Render(lab, $"{purpose}, {part.Shift}", part.Count, new() { Size = sizes.ImageSize, Shift = part.Shift }))];
        AskedQuestions[] asked = [.. batches.Select(batch => ChestQuestions.Ask(batch, random))];
        var set = new RanSet(
            cat([.. batches.Select(batch => batch.Images)], 0).DetachFromDisposeScope(),
            cat([.. batches.Select(batch => batch.Labels)], 0).DetachFromDisposeScope(),
            Tokenizer.Encode([.. asked.SelectMany(own => own.Questions)]).to(lab.Device).DetachFromDisposeScope(),
            cat([.. asked.Select(own => own.Answers)], 0).DetachFromDisposeScope());
        foreach (var (batch, own) in batches.Zip(asked))
        {
            batch.Dispose();
            own.Dispose();
        }

        return set;
    }
}
