using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The point of largest loss seen so far, for each image of a batch.</summary>
/// <param name="images">Float tensor [N, C, H, W]; what is given back before any point was kept.</param>
internal sealed class BestPoints(Tensor images)
{
    private readonly Tensor _losses = full([images.shape[0]], double.NegativeInfinity, dtype: images.dtype, device: images.device);

    /// <summary>Float tensor [N, C, H, W].</summary>
    internal Tensor Points { get; } = images.clone();

    /// <summary>Takes those points whose loss is larger.</summary>
    /// <param name="candidates">Float tensor [N, C, H, W].</param>
    /// <param name="losses">Float tensor [N].</param>
    internal void Keep(Tensor candidates, Tensor losses)
    {
        using var scope = NewDisposeScope();
        var better = losses.gt(_losses);
        Points.copy_(where(better.view(-1, 1, 1, 1), candidates, Points));
        _losses.copy_(where(better, losses, _losses));
    }
}
