using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>Random numbers with a stream for each image, drawn on the CPU: an image is corrupted the same way in every batch and on every device.</summary>
internal sealed class CorruptionDraws : IDisposable
{
    private readonly Generator[] _streams;
    private readonly Device _device;
    private readonly ScalarType _type;

    internal CorruptionDraws(Tensor images, Generator random)
    {
        using var seeds = randint(0, long.MaxValue, [images.shape[0]], dtype: ScalarType.Int64, device: random.device, generator: random);
        _streams = [.. seeds.Values<long>().Select(seed => new Generator((ulong)seed))];
        (_device, _type) = (images.device, images.dtype);
    }

    /// <summary>Standard normal numbers.</summary>
    /// <param name="shape">Shape for one image.</param>
    /// <returns>Tensor [N, ...].</returns>
    internal Tensor Normal(params long[] shape) => Collect(stream => randn(shape, dtype: ScalarType.Float64, generator: stream));

    /// <summary>Uniform numbers.</summary>
    /// <param name="low">Least value.</param>
    /// <param name="high">Largest value, not reached.</param>
    /// <param name="shape">Shape for one image.</param>
    /// <returns>Tensor [N, ...].</returns>
    internal Tensor Uniform(double low, double high, params long[] shape) =>
        Collect(stream => rand(shape, dtype: ScalarType.Float64, generator: stream).mul_(high - low).add_(low));

    /// <summary>Poisson counts.</summary>
    /// <param name="rates">Tensor [N, ...], their means.</param>
    /// <returns>Tensor [N, ...].</returns>
    internal Tensor Poisson(Tensor rates)
    {
        using var onCpu = rates.detach().cpu();
        return stack([.. _streams.Select((stream, i) => poisson(onCpu[i], stream))]).to(_device);
    }

    /// <summary>Uniform numbers in [0, 1) as arrays, for what is not done by tensors.</summary>
    /// <param name="count">Numbers for one image.</param>
    /// <returns>One array for each image.</returns>
    internal IReadOnlyList<double[]> Numbers(long count) => [.. _streams.Select(stream =>
    {
        using var drawn = rand([count], dtype: ScalarType.Float64, generator: stream);
        return drawn.Values<double>();
    })];

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }

    private Tensor Collect(Func<Generator, Tensor> draw)
    {
        using var scope = NewDisposeScope();
        return stack([.. _streams.Select(draw)]).to(_type, _device).MoveToOuterDisposeScope();
    }
}
