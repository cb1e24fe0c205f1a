using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>What attacks in an embedding space compute, and the checks of what a model returned.</summary>
internal static class EmbeddingMath
{
    /// <summary>KL(softmax(original) ‖ softmax(changed)) of each row: embeddings are read as logits, without a temperature.</summary>
    /// <param name="original">Float tensor [N, D].</param>
    /// <param name="changed">Float tensor [N, D].</param>
    /// <returns>Tensor [N].</returns>
    internal static Tensor Divergence(Tensor original, Tensor changed)
    {
        using var scope = NewDisposeScope();
        var (from, to) = (original.log_softmax(-1), changed.log_softmax(-1));
        return (from.exp() * (from - to)).sum(-1).MoveToOuterDisposeScope();
    }

    /// <summary>Cosines of rows.</summary>
    /// <param name="first">Float tensor [N, D].</param>
    /// <param name="second">Float tensor [N, D].</param>
    /// <returns>Tensor [N].</returns>
    internal static Tensor Cosines(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return (nn.functional.normalize(first, dim: 1) * nn.functional.normalize(second, dim: 1)).sum(-1).MoveToOuterDisposeScope();
    }

    /// <summary>Image embeddings [N, D], checked.</summary>
    internal static Tensor OfImages(ImageEncoder encoder, Tensor images) => Checked(encoder(images), images.shape[0], "image");

    /// <summary>Text embeddings [M, D], checked and without a gradient.</summary>
    internal static Tensor OfTexts(IImageTextModel model, IReadOnlyList<string> texts)
    {
        using var noGradient = no_grad();
        return Checked(model.EmbedTexts(texts), texts.Count, "text");
    }

    private static Tensor Checked(Tensor embeddings, long count, string kind)
    {
        if (embeddings.dim() != 2 || embeddings.shape[0] != count)
        {
            throw new InvalidOperationException(
                $"The model must return {kind} embeddings [{count}, D], one row for each {kind}, not [{string.Join(", ", embeddings.shape)}].");
        }

        using var finite = embeddings.isfinite().all();
        return finite.item<bool>()
            ? embeddings
            : throw new InvalidOperationException($"The model's {kind} embeddings hold NaN or infinity, so nothing can be compared; check its weights and its {kind} input.");
    }
}
