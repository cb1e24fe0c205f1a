using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The point of largest loss seen so far, for each image of a batch.</summary>
/// <param name="images">Float tensor [N, C, H, W]; what is given back before any point was kept.</param>
internal sealed class BestPoints(Tensor images) : IDisposable
{
    private readonly Tensor _losses = full([images.shape[0]], double.NegativeInfinity, dtype: images.dtype, device: images.device);

    /// <summary>Float tensor [N, C, H, W].</summary>
    internal Tensor Points { get; } = images.clone();

    /// <summary>Long tensor [M]: places in the batch of the images whose point may still change.</summary>
    internal Tensor Open => _losses.isposinf().logical_not().nonzero().flatten();

    /// <summary>Takes those points whose loss is larger.</summary>
    /// <param name="places">Long tensor [M], where in the batch they belong.</param>
    /// <param name="candidates">Float tensor [M, C, H, W].</param>
    /// <param name="losses">Float tensor [M].</param>
    internal void Keep(Tensor places, Tensor candidates, Tensor losses)
    {
        using var scope = NewDisposeScope();
        var better = losses.gt(_losses.index_select(0, places)).nonzero().flatten();
        var where = places.index_select(0, better);
        Points.index_copy_(0, where, candidates.index_select(0, better));
        _losses.index_copy_(0, where, losses.index_select(0, better));
    }

    /// <summary>Takes points for good.</summary>
    /// <param name="places">Long tensor [M], where in the batch they belong.</param>
    /// <param name="points">Float tensor [M, C, H, W].</param>
    internal void Close(Tensor places, Tensor points)
    {
        Points.index_copy_(0, places, points);
        _losses.index_fill_(0, places, double.PositiveInfinity);
    }

    public void Dispose()
    {
        Points.Dispose();
        _losses.Dispose();
    }
}
