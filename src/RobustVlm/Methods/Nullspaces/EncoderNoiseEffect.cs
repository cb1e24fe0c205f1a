using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>What a change does to the answers of a model: the numbers of NS-ViT's code (github.com/Liu-Hy/NS-ViT, validate_encoder_noise).</summary>
/// <param name="Agreement">Share of images whose class stays the same, 0 to 1.</param>
/// <param name="ProbabilityDistance">Mean squared distance of the probabilities, 0 to 2; what epsilon limits.</param>
/// <param name="ConfidenceError">Mean squared change of the probability of the class that was the answer.</param>
/// <param name="ConfidenceChange">Mean size of that change.</param>
/// <param name="LogitDistance">Mean squared distance of the logits.</param>
/// <param name="LargestLogitChange">Largest change of a single logit.</param>
/// <param name="LogitScale">Root mean square of the logits without the change.</param>
public sealed record EncoderNoiseEffect(
    double Agreement, double ProbabilityDistance, double ConfidenceError, double ConfidenceChange, double LogitDistance, double LargestLogitChange, double LogitScale)
{
    /// <summary>Measures a change of the embedded patches.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="noise">Float tensor [1, L, D], added to the embedded patches of every image.</param>
    /// <param name="batchSize">Images at once, at least one.</param>
    /// <returns>Means over the images, computed in the model's own number format.</returns>
    public static EncoderNoiseEffect Of(VisionTransformer model, Tensor images, Tensor noise, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return Measure(model, images, batchSize, (batch, patches) => model.ForwardEmbedded(patches + noise));
    }

    /// <summary>Measures a change of the pixels, which are not cut to [0, 1].</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="change">Float tensor [1, C, H, W], added to every image.</param>
    /// <param name="batchSize">Images at once, at least one.</param>
    /// <returns>Means over the images.</returns>
    public static EncoderNoiseEffect OfPixels(VisionTransformer model, Tensor images, Tensor change, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Measure(model, images, batchSize, (batch, _) => model.call(batch + change));
    }

    /// <summary>Measures multiples of a noise.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="noise">Float tensor [1, L, D].</param>
    /// <param name="factors">What it is multiplied by.</param>
    /// <returns>One effect for each factor, in their order.</returns>
    public static IReadOnlyList<EncoderNoiseEffect> Scaled(VisionTransformer model, Tensor images, Tensor noise, IReadOnlyList<double> factors)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(factors);
        return [.. factors.Select(factor =>
        {
            using var scaled = noise * factor;
            return Of(model, images, scaled);
        })];
    }

    /// <summary>Measures what lies between two noises.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="first">Float tensor [1, L, D].</param>
    /// <param name="second">Float tensor [1, L, D].</param>
    /// <param name="shares">Shares of the first in the sum, 0 to 1.</param>
    /// <returns>One effect for each share, in their order.</returns>
    public static IReadOnlyList<EncoderNoiseEffect> Mixed(VisionTransformer model, Tensor images, Tensor first, Tensor second, IReadOnlyList<double> shares)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(shares);
        return [.. shares.Select(share =>
        {
            using var scope = NewDisposeScope();
            return Of(model, images, (first * share) + (second * (1 - share)));
        })];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Agreement * 100:0.0} % of the answers stay, squared distance of the probabilities {ProbabilityDistance:0.####}");

    /// <summary>Mean over a batch of the squared distance of probabilities.</summary>
    internal static Tensor DistanceOfProbabilities(Tensor logits, Tensor changed) => (logits.softmax(-1) - changed.softmax(-1)).square().sum(-1).mean();

    private static EncoderNoiseEffect Measure(VisionTransformer model, Tensor images, int batchSize, Func<Tensor, Tensor, Tensor> change)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var evaluation = new EvaluationMode(model);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (before, after) = (new List<Tensor>(), new List<Tensor>());
        for (var start = 0L; start < images.shape[0]; start += batchSize)
        {
            Interruption.ThrowIfRequested();
            using var part = NewDisposeScope();
            using var precision = Autocast.Use(ScalarType.Float32, images.device_type);
            var batch = images.narrow(0, start, Math.Min(batchSize, images.shape[0] - start));
            var patches = model.EmbedPatches(batch);
            before.Add(model.ForwardEmbedded(patches).to(ScalarType.Float64).MoveToOuterDisposeScope());
            after.Add(change(batch, patches).to(ScalarType.Float64).MoveToOuterDisposeScope());
        }

        var (first, second) = (cat(before, 0), cat(after, 0));
        var answers = first.argmax(1);
        var (p, q) = (first.softmax(1), second.softmax(1));
        var confidence = (p - q).gather(1, answers.unsqueeze(1));
        var difference = second - first;
        static double Number(Tensor value) => value.to(ScalarType.Float64).item<double>();
        return new EncoderNoiseEffect(
            Number(answers.eq(second.argmax(1)).to(ScalarType.Float64).mean()),
            Number((p - q).square().sum(1).mean()),
            Number(confidence.square().mean()),
            Number(confidence.abs().mean()),
            Number(difference.square().sum(1).mean()),
            Number(difference.abs().max()),
            Number(first.square().mean().sqrt()));
    }
}
