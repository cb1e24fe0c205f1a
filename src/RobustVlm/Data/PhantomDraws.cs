using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Hands out the columns of a matrix of uniform numbers one after the other, so that each quantity has its own.</summary>
/// <param name="uniforms">Float tensor [N, columns], in [0, 1).</param>
internal sealed class PhantomDraws(Tensor uniforms)
{
    private int _next;

    /// <summary>A number per image, all values equally likely.</summary>
    /// <returns>Float tensor [N, 1, 1] in [low, high).</returns>
    internal Tensor Uniform(double low = 0, double high = 1) =>
        (uniforms.narrow(1, _next++, 1).unsqueeze(-1) * (high - low)).add_(low);

    /// <summary>A number per image, values near the middle more likely.</summary>
    /// <returns>Float tensor [N, 1, 1] in [mean - spread, mean + spread).</returns>
    internal Tensor Bell(double mean, double spread) => (Uniform(-0.5, 0.5) + Uniform(-0.5, 0.5)).mul_(spread).add_(mean);

    /// <summary>1 with the given probability, else 0.</summary>
    /// <returns>Float tensor [N, 1, 1].</returns>
    internal Tensor Chance(double probability) => Uniform().lt(probability).to(ScalarType.Float32);
}
