using System.Globalization;
using RobustVlm.Data.Text;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>
/// Cross-attention that attends: with all patches and all words as tokens, an image's embedding depends on the text it is given. The contrastive loss then falls for a
/// reason that has nothing to do with what is seen: partners tell each other who they are, right or wrong.
/// </summary>
internal static class AdaptorTokens
{
    internal const string LossColumn = "training loss / ln B";
    internal const string RightColumn = "recall@1, right partners";
    internal const string WrongColumn = "recall@1 of wrong partners";

    private const int TokenBatch = 64;

    internal static string RowOf(AdaptorAttention attention) => attention == AdaptorAttention.Published ? "one token each" : "token sequences";

    /// <summary>Makes a run.</summary>
    internal static IReadOnlyList<Measurement> Run(Lab lab, AdaptorWorld world, AdaptorRunOptions options, Action<double, string> progress)
    {
        var rows = new List<Measurement>();
        var kinds = Enum.GetValues<AdaptorAttention>();
        foreach (var (index, attention) in kinds.Index())
        {
            using var fit = Train(lab, world, options, attention, (share, text) => progress((index + share) / kinds.Length, $"{RowOf(attention)}: {text}"));
            rows.Add(new Measurement(RowOf(attention), LossColumn, fit.LastLoss, IsRate: false));
            rows.Add(new Measurement(RowOf(attention), RightColumn, fit.Right, N: options.ValidationPairs));
            rows.Add(new Measurement(RowOf(attention), WrongColumn, fit.Wrong, N: options.ValidationPairs));
        }

        return rows;
    }

    /// <summary>Trains an Adaptor of one of the two kinds.</summary>
    internal static AdaptorTokensFit Train(Lab lab, AdaptorWorld world, AdaptorRunOptions options, AdaptorAttention attention, Action<double, string> progress)
    {
        using var scope = NewDisposeScope();
        progress(0, "computing tokens");
        var (pairs, held) = (AdaptorSet.Pairs(options), AdaptorSet.ValidationPairs(options));
        var sequences = attention == AdaptorAttention.TokenSequences;
        var (text, tokenizer) = world.Encoders.TextModel();
        using var ownText = text;
        var length = Math.Max(tokenizer.Encode(world.Texts(pairs)).shape[1], tokenizer.Encode(world.Texts(held)).shape[1]);
        Tensor Images(AdaptorSet set) => sequences ? world.Encoders.Images(options.ImageEncoder).Tokens(world.Images(set)) : world.Embeddings(set, options.ImageEncoder);
        Tensor Texts(AdaptorSet set) => sequences ? Words(world.Texts(set)) : world.Embeddings(set, options.TextEncoder);
        var (images, texts, heldImages, heldTexts) = (Images(pairs), Texts(pairs), Images(held), Texts(held));
        using var initial = lab.Random("adaptor: initial weights");
        var adaptor = new Adaptor(AdaptorPreTraining.Sizes((int)images.shape[^1], (int)texts.shape[^1], options.Layers) with { Attention = attention }, initial);
        adaptor.to(lab.Device);
        using var random = lab.Random("adaptor: training");
        var batch = Math.Min(TokenBatch, options.BatchSize);
        using var curve = new AdaptorTrainer(AdaptorPreTraining.Recipe(options) with { BatchSize = batch }).Train(
            adaptor, images, texts, random, step => progress(step.Step / (double)step.Total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.00}")));
        var (right, wrong) = (Recall(adaptor, heldImages, heldTexts, 0), Recall(adaptor, heldImages, heldTexts, 1));
        var shown = Math.Min(batch, options.ValidationPairs);
        return new AdaptorTokensFit(
            adaptor, [.. curve.Losses.Select(loss => loss / Math.Log(batch))], right, wrong,
            heldImages.narrow(0, 0, shown).clone().DetachFromDisposeScope(), heldTexts.narrow(0, 0, shown).clone().DetachFromDisposeScope());

        Tensor Words(IReadOnlyList<string> captions) => cat([.. captions.Chunk(TokenBatch).Select(chunk => Encoded(text, tokenizer.Encode(chunk, (int)length).to(lab.Device)))], 0);
    }

    private static Tensor Encoded(Bert text, Tensor tokens)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return text.Encode(tokens).MoveToOuterDisposeScope();
    }

    // How often an image finds the text that it was given as its partner, its own one or that of the next image.
    private static double Recall(Adaptor adaptor, Tensor images, Tensor texts, int shift)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var partners = texts.roll(shift, 0);
        var parts = images.split(TokenBatch).Zip(partners.split(TokenBatch)).Select(part => adaptor.call(part.First, part.Second)).ToArray();
        var (v, t) = (cat([.. parts.Select(part => part.Images)], 0), cat([.. parts.Select(part => part.Texts)], 0));
        return RetrievalRecall.Of(v.matmul(t.t()), [.. Enumerable.Range(0, (int)v.shape[0])]).TextAt(1);
    }
}

/// <summary>An Adaptor that was trained over one token each, or over sequences of them.</summary>
/// <param name="Adaptor">The module.</param>
/// <param name="Losses">Training loss of every step, in multiples of the logarithm of the batch size.</param>
/// <param name="Right">How often an image finds its text among all, with its own text as partner.</param>
/// <param name="Wrong">How often it finds the text that it was given as partner, which belongs to another image.</param>
/// <param name="Images">Float tensor [B, D] or [B, T, D] of some images that were not trained on.</param>
/// <param name="Texts">Float tensor [B, D] or [B, S, D] of their texts.</param>
internal sealed record AdaptorTokensFit(Adaptor Adaptor, IReadOnlyList<double> Losses, double Right, double Wrong, Tensor Images, Tensor Texts) : IDisposable
{
    internal double LastLoss => Losses.TakeLast(10).Average();

    public void Dispose()
    {
        Adaptor.Dispose();
        Images.Dispose();
        Texts.Dispose();
    }
}
