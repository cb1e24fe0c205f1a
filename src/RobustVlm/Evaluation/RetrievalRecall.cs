using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>How well images find their captions and captions their image, with any number of captions per image.</summary>
/// <param name="TextRanks">For each image, how many captions of other images are more similar to it than its own best one.</param>
/// <param name="ImageRanks">For each caption, how many other images are more similar to it than its own.</param>
public sealed record RetrievalRecall(IReadOnlyList<int> TextRanks, IReadOnlyList<int> ImageRanks)
{
    /// <summary>Share of images with an own caption among the k most similar (text retrieval), 0 to 1.</summary>
    /// <param name="k">Usually 1, 5 or 10.</param>
    public double TextAt(int k) => Accuracy.Of([.. TextHits(k)]);

    /// <summary>Share of captions whose image is among the k most similar (image retrieval), 0 to 1.</summary>
    /// <param name="k">Usually 1, 5 or 10.</param>
    public double ImageAt(int k) => Accuracy.Of([.. ImageHits(k)]);

    /// <summary>For each image, whether one of its captions is among the k most similar.</summary>
    /// <param name="k">At least one.</param>
    public IReadOnlyList<bool> TextHits(int k) => [.. TextRanks.Select(rank => rank < k)];

    /// <summary>For each caption, whether its image is among the k most similar.</summary>
    /// <param name="k">At least one.</param>
    public IReadOnlyList<bool> ImageHits(int k) => [.. ImageRanks.Select(rank => rank < k)];

    /// <summary>Compares every image with every caption.</summary>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="captions">For each image its captions, at least one.</param>
    /// <returns>The ranks.</returns>
    /// <exception cref="ArgumentException">The numbers of images and captions do not fit.</exception>
    public static RetrievalRecall Of(IImageTextModel model, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(captions);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();

        // Equal captions get equal embeddings, to the last bit, so that they tie whatever batch they were in.
        var texts = captions.SelectMany(own => own).Distinct().ToList();
        var place = texts.Select((text, i) => (text, i)).ToDictionary(pair => pair.text, pair => (long)pair.i);
        var rows = captions.SelectMany(own => own).Select(text => place[text]).ToArray();
        var scores = model.EmbedImages(images).matmul(model.EmbedTexts(texts).t());   // (N, different texts)
        return Of(scores.index_select(1, tensor(rows, device: scores.device)), [.. captions.SelectMany((own, image) => Enumerable.Repeat(image, own.Count))]);
    }

    /// <summary>Ranks from similarities. A tie counts as found.</summary>
    /// <param name="scores">Float tensor [N, M], similarity of each image to each caption.</param>
    /// <param name="imageOf">For each caption the index of its image; every image needs one.</param>
    /// <returns>The ranks.</returns>
    /// <exception cref="ArgumentException">The numbers of images and captions do not fit, or a score is not a number.</exception>
    public static RetrievalRecall Of(Tensor scores, IReadOnlyList<int> imageOf)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(imageOf);
        if (scores.dim() != 2 || scores.shape[1] != imageOf.Count || imageOf.Any(image => image < 0 || image >= scores.shape[0])
            || imageOf.Distinct().Count() != scores.shape[0])
        {
            throw new ArgumentException(
                $"Give scores [N, M] and for each of the M captions its image from 0 to N - 1, at least one caption for each; not [{string.Join(", ", scores.shape)}] and {imageOf.Count}.",
                nameof(imageOf));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (scores.isnan().any().item<bool>())
        {
            throw new ArgumentException("Some similarities are not numbers (NaN); check the model's embeddings.", nameof(scores));
        }

        var owner = tensor(imageOf.Select(image => (long)image).ToArray(), device: scores.device);
        var own = arange(scores.shape[0], device: scores.device).unsqueeze(1).eq(owner.unsqueeze(0));   // (N, M)
        var best = scores.masked_fill(own.logical_not(), double.NegativeInfinity).amax([1], keepdim: true);
        var textRanks = scores.gt(best).logical_and(own.logical_not()).sum(1);
        var ofOwn = scores.gather(0, owner.unsqueeze(0));   // (1, M)
        var imageRanks = scores.gt(ofOwn).sum(0);
        return new RetrievalRecall([.. textRanks.Values<long>().Select(rank => (int)rank)], [.. imageRanks.Values<long>().Select(rank => (int)rank)]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"text R@1/5/10 {TextAt(1):P1} {TextAt(5):P1} {TextAt(10):P1}, image R@1/5/10 {ImageAt(1):P1} {ImageAt(5):P1} {ImageAt(10):P1}");
}
