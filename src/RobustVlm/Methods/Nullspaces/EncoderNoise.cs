using System.Globalization;
using RobustVlm.Methods.Training;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>One change of all patch embeddings, the same for every image, and how it was found.</summary>
/// <param name="Value">Float tensor [1, L, D], added to the embedded patches; the class token stays as it is.</param>
/// <param name="StartNorm">Length at the start of the search.</param>
/// <param name="Steps">Steps that were made.</param>
/// <param name="Reached">Whether the search ended below its epsilon; false where it was not asked to.</param>
/// <param name="Criteria">At every step, the mean squared distance of the probabilities before it.</param>
/// <param name="Rms">Root mean square of the numbers of embedded patches.</param>
public sealed record EncoderNoise(Tensor Value, double StartNorm, int Steps, bool Reached, IReadOnlyList<double> Criteria, double Rms) : IDisposable
{
    /// <summary>Its length.</summary>
    public double Norm { get; } = LengthOf(Value);

    /// <summary>The same numbers in another order, across all tokens: equal length, nothing learned left.</summary>
    /// <param name="noise">Tensor [...] of any shape.</param>
    /// <param name="random">Source of the order.</param>
    /// <returns>Tensor [...] of the same shape.</returns>
    public static Tensor Permuted(Tensor noise, Generator random)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var order = randperm(noise.numel(), dtype: ScalarType.Int64, device: random.device, generator: random).to(noise.device);
        return noise.detach().reshape(-1).index_select(0, order).view(noise.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The numbers of every token in another order: each token keeps its length, which makes it a harder comparison.</summary>
    /// <param name="noise">Tensor [1, L, D].</param>
    /// <param name="random">Source of the orders.</param>
    /// <returns>Tensor [1, L, D].</returns>
    public static Tensor PermutedInTokens(Tensor noise, Generator random)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var order = rand(noise.shape, device: random.device, generator: random).argsort(-1).to(noise.device);
        return noise.detach().gather(-1, order).MoveToOuterDisposeScope();
    }

    /// <summary>Gaussian numbers of the same length as a noise.</summary>
    /// <param name="noise">Tensor [...] of any shape.</param>
    /// <param name="random">Source of the numbers.</param>
    /// <returns>Tensor [...] of the same shape.</returns>
    public static Tensor RandomOfSameNorm(Tensor noise, Generator random)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var drawn = randn(noise.shape, dtype: noise.dtype, device: random.device, generator: random).to(noise.device);
        return (drawn * (noise.detach().norm() / drawn.norm())).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the noise.</summary>
    public void Dispose() => Value.Dispose();

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"length {StartNorm:0.##} to {Norm:0.##} in {Steps} steps{(Reached ? ", below epsilon" : "")}");

    internal static double LengthOf(Tensor noise)
    {
        using var scope = NewDisposeScope();
        return noise.detach().norm().to(ScalarType.Float64).item<double>();
    }

    internal static Generator Stream(Generator random) => new(TrainingSeeds.Draw(random), random.device);
}
