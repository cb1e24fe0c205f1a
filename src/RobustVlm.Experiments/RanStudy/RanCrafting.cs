using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Ran;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.RanStudy;

/// <summary>Whether poisoned pairs are what they should be, seen by the surrogate on which they were crafted.</summary>
internal static class RanCrafting
{
    internal const string ImageRow = "images";
    internal const string CaptionRow = "captions";
    internal const string ToTarget = "cosine to the target";
    internal const string ToOriginal = "cosine to the original";
    internal const string Gain = "gain in cosine to the target";
    internal const string Change = "largest change";
    internal const string Outside = "largest excess over [0, 1]";
    internal const string Falsified = "captions that state something else";
    internal const string TrueCosine = "cosine of image and caption";
    internal const string FalseCosine = "cosine of image and false caption";

    internal static List<Measurement> Measure(Lab lab, RanSizes sizes, RanData data, Action<double, string> progress)
    {
        using var crafted = RanUpstream.Crafted(lab, sizes, data, (share, text) => progress(0.95 * share, text));
        using var surrogate = RanUpstream.Surrogate(lab, sizes, data, _ => { });
        return Measure(lab, data, surrogate, crafted);
    }

    /// <summary>Looks at poisoned pairs.</summary>
    internal static List<Measurement> Measure(Lab lab, RanData data, Clip surrogate, PoisonedPairs crafted)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var targets = RanUpstream.Targets(lab, data);
        Tensor At(IEnumerable<long> places) => tensor(places.ToArray(), device: lab.Device);
        var images = data.Pairs.Images.index_select(0, At(crafted.Places));
        var (clean, moved) = (Embedded(surrogate, images), Embedded(surrogate, crafted.Images));
        var wanted = Embedded(surrogate, data.Pairs.Images.index_select(0, At(crafted.Places.Select(place => targets[(int)place]))));
        var (before, after) = (Mean(clean, wanted), Mean(moved, wanted));
        string[] told = [.. crafted.Places.SelectMany(place => data.Pairs.Reports[(int)place])];
        string[] falsified = [.. crafted.Captions.SelectMany(own => own)];
        var changed = told.Zip(falsified, (caption, other) => !ReportFacts.Read(caption).SetEquals(ReportFacts.Read(other))).ToArray();
        var repeated = clean.repeat_interleave(data.Pairs.Reports[0].Count, 0);
        return
        [
            Number(ImageRow, ToTarget, after), Number(ImageRow, "cosine to the target, before", before), Number(ImageRow, Gain, after - before), Number(ImageRow, ToOriginal, Mean(moved, clean)),
            Number(ImageRow, Change, (crafted.Images - images).abs().max().item<float>()),
            Number(ImageRow, Outside, Math.Max(0, Math.Max(-crafted.Images.min().item<float>(), crafted.Images.max().item<float>() - 1))),
            new(CaptionRow, Falsified, changed.Count(other => other) / (double)changed.Length, N: changed.Length),
            Number(CaptionRow, TrueCosine, Mean(repeated, Texts(lab, surrogate, told))), Number(CaptionRow, FalseCosine, Mean(repeated, Texts(lab, surrogate, falsified))),
        ];
    }

    private static Measurement Number(string row, string column, double value) => RanScores.Number(row, column, value);

    private static Tensor Embedded(Clip model, Tensor images) => Clip.UnitLength(RanUpstream.Encoded(model.EncodeImage, images));

    private static Tensor Texts(Lab lab, Clip model, string[] texts) =>
        Clip.UnitLength(RanUpstream.Encoded(model.EncodeText, RanData.Tokenizer.Encode(texts).to(lab.Device)));

    private static double Mean(Tensor first, Tensor second) => (first * second).sum(1).mean().item<float>();
}
