using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Normalised temperature-scaled cross entropy over pairs of views (SimCLR; Chen et al. 2020, arXiv:2002.05709, eq. 1).</summary>
public static class NtXentLoss
{
    /// <summary>The loss: each view must find the other view of its image among all other views of the batch.</summary>
    /// <param name="first">Float tensor [N, D]: the first view of each image, at least two images; need not be normalised.</param>
    /// <param name="second">Float tensor [N, D]: the second view of each image.</param>
    /// <param name="temperature">Divides the cosines, above zero.</param>
    /// <returns>Float tensor [], at least 0; about log(2N - 1) when the views say nothing.</returns>
    /// <exception cref="ArgumentException">The shapes differ or there are fewer than two images.</exception>
    public static Tensor Compute(Tensor first, Tensor second, double temperature = 0.2)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (first.dim() != 2 || !first.shape.SequenceEqual(second.shape) || first.shape[0] < 2)
        {
            throw new ArgumentException("Give two tensors [N, D] of the same shape with at least two rows.", nameof(first));
        }

        var count = first.shape[0];
        var views = nn.functional.normalize(cat([first, second], 0), dim: 1);
        var itself = eye(2 * count, dtype: ScalarType.Bool, device: views.device);
        var logits = (views.matmul(views.t()) / temperature).masked_fill(itself, double.NegativeInfinity);
        var partners = (arange(2 * count, dtype: ScalarType.Int64, device: views.device) + count).remainder(2 * count);
        return nn.functional.cross_entropy(logits, partners);   // eq. (1), mean over all 2N views
    }
}
