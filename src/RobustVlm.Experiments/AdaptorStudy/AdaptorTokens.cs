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
        using var scope = NewDisposeScope();
        progress(0, "computing tokens");
        var (pairs, held) = (AdaptorSet.Pairs(options), AdaptorSet.ValidationPairs(options));
        var (text, tokenizer) = world.Encoders.TextModel();
        using var ownText = text;
        var length = Math.Max(tokenizer.Encode(world.Texts(pairs)).shape[1], tokenizer.Encode(world.Texts(held)).shape[1]);
        var rows = new List<Measurement>();
        foreach (var attention in new[] { AdaptorAttention.Published, AdaptorAttention.TokenSequences })
        {
            using var one = NewDisposeScope();
            var sequences = attention == AdaptorAttention.TokenSequences;
            var images = sequences ? world.Encoders.Images(options.ImageEncoder).Tokens(world.Images(pairs)) : world.Embeddings(pairs, options.ImageEncoder);
            var heldImages = sequences ? world.Encoders.Images(options.ImageEncoder).Tokens(world.Images(held)) : world.Embeddings(held, options.ImageEncoder);
            var texts = sequences ? Words(world.Texts(pairs)) : world.Embeddings(pairs, options.TextEncoder);
            var heldTexts = sequences ? Words(world.Texts(held)) : world.Embeddings(held, options.TextEncoder);
            using var initial = lab.Random("adaptor: initial weights");
            using var adaptor = new Adaptor(AdaptorPreTraining.Sizes((int)images.shape[^1], (int)texts.shape[^1], options.Layers) with { Attention = attention }, initial);
            adaptor.to(lab.Device);
            using var random = lab.Random("adaptor: training");
            using var curve = new AdaptorTrainer(AdaptorPreTraining.Recipe(options) with { BatchSize = Math.Min(TokenBatch, options.BatchSize) }).Train(
                adaptor, images, texts, random, step => progress(step.Step / (double)step.Total, string.Create(CultureInfo.InvariantCulture, $"{RowOf(attention)}: step {step.Step} of {step.Total}, loss {step.Loss:0.00}")));
            rows.Add(new Measurement(RowOf(attention), LossColumn, curve.Losses.TakeLast(10).Average() / Math.Log(Math.Min(TokenBatch, options.BatchSize)), IsRate: false));
            rows.Add(new Measurement(RowOf(attention), RightColumn, Recall(adaptor, heldImages, heldTexts, 0), N: options.ValidationPairs));
            rows.Add(new Measurement(RowOf(attention), WrongColumn, Recall(adaptor, heldImages, heldTexts, 1), N: options.ValidationPairs));
        }

        return rows;

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
