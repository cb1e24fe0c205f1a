using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>How far generated images are from real ones as a whole: what a defence costs.</summary>
public static class SampleQuality
{
    /// <summary>Energy distance of two sets of images (Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018), on pixels; without bias, so about zero for equal distributions.</summary>
    /// <param name="generated">Float tensor [N, C, H, W], pixels in [0, 1], at least two images.</param>
    /// <param name="real">Float tensor [L, C, H, W], pixels in [0, 1], at least two images.</param>
    /// <returns>In units of the distance between pixels; larger is worse.</returns>
    public static double EnergyDistance(Tensor generated, Tensor real)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(real);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (x, y) = (generated.flatten(1).to(ScalarType.Float64), real.flatten(1).to(ScalarType.Float64));
        static double Within(Tensor z) => cdist(z, z).sum().ToDouble() / (z.shape[0] * (z.shape[0] - 1.0));
        return (2 * cdist(x, y).mean().ToDouble()) - Within(x) - Within(y);
    }
}
