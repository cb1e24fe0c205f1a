using System.Globalization;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>How far fine-tuning moved an image encoder from the original.</summary>
/// <param name="WeightDistance">Euclidean distance of all weights together.</param>
/// <param name="MeanCosine">Mean cosine between the two embeddings of a picture, -1 to 1.</param>
public sealed record WeightDrift(double WeightDistance, double MeanCosine)
{
    /// <summary>Compares two models of one kind.</summary>
    /// <param name="tuned">The fine-tuned model.</param>
    /// <param name="original">The original.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], of any size.</param>
    /// <param name="input">Scaling and normalisation; null takes the models' own.</param>
    /// <param name="batchSize">Pictures at once, at least one.</param>
    /// <returns>The drift, computed in float32.</returns>
    /// <exception cref="ArgumentException">The models differ in kind.</exception>
    public static WeightDrift Between(Clip tuned, Clip original, Tensor images, ClipInput? input = null, int batchSize = 128)
    {
        ArgumentNullException.ThrowIfNull(tuned);
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        if (tuned.Options.Image != original.Options.Image || images.dim() != 4 || images.shape[0] == 0)
        {
            throw new ArgumentException("Give two models with equal image encoders, and images [N, C, H, W].", nameof(tuned));
        }

        using var noGradient = no_grad();
        using var first = new EvaluationMode(tuned);
        using var second = new EvaluationMode(original);
        var (tunedEncoder, originalEncoder) = ((input ?? new ClipInput()).Encoder(tuned), (input ?? new ClipInput()).Encoder(original));
        var sum = 0.0;
        for (var start = 0L; start < images.shape[0]; start += batchSize)
        {
            using var scope = NewDisposeScope();
            var batch = images.narrow(0, start, Math.Min(batchSize, images.shape[0] - start));
            sum += (Clip.UnitLength(tunedEncoder(batch)) * Clip.UnitLength(originalEncoder(batch))).sum().to(ScalarType.Float64).item<double>();
        }

        return new WeightDrift(Distance(tuned.Visual, original.Visual), sum / images.shape[0]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"weights moved by {WeightDistance:0.###}, mean cosine to the original {MeanCosine:0.0000}");

    private static double Distance(nn.Module tuned, nn.Module original)
    {
        using var scope = NewDisposeScope();
        return Math.Sqrt(tuned.parameters().Zip(original.parameters(), (a, b) => (a - b).to(ScalarType.Float64).square().sum().item<double>()).Sum());
    }
}
