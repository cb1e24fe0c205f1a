using RobustVlm.Data.Sets;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Batches of a set on disk, round after round, each in a new order; a rest that fills no batch is left out.</summary>
internal sealed class SourceBatches : IDisposable
{
    private readonly ImageLoader _loader;
    private readonly int _batchSize;
    private readonly Generator _random;
    private readonly Device _device;
    private IEnumerator<ImageBatch>? _round;

    /// <param name="set">The set.</param>
    /// <param name="indices">Which pictures, at least a batch.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="random">Source of the orders; it stays the caller's.</param>
    /// <param name="device">Where the batches go.</param>
    internal SourceBatches(IImageSet set, IReadOnlyList<int> indices, ImageLoaderOptions options, Generator random, Device device)
    {
        if (indices.Count < options.BatchSize)
        {
            throw new InvalidDataException($"{set.Name} in {set.Folder} has {indices.Count} pictures to learn from, fewer than a batch of {options.BatchSize}; is it complete?");
        }

        (_loader, _batchSize, _random, _device) = (new ImageLoader(set, indices, options), options.BatchSize, random, device);
    }

    /// <summary>The next batch; it belongs to the caller's dispose scope.</summary>
    /// <returns>Float tensor [B, 3, H, W], pixels in [0, 1], and long tensor [B], class indices in [0, K).</returns>
    internal (Tensor Images, Tensor Labels) Next()
    {
        while (true)
        {
            _round ??= _loader.Batches(_random).GetEnumerator();
            if (!_round.MoveNext())
            {
                _round.Dispose();
                _round = null;
                continue;
            }

            using var batch = _round.Current;
            if (batch.Count == _batchSize)
            {
                return (batch.Images.to(_device, copy: true), batch.Labels.to(_device, copy: true));
            }
        }
    }

    public void Dispose() => _round?.Dispose();
}
