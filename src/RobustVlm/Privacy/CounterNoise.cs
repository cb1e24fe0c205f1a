using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Normal noise that follows from an image's number and the draw's alone, whatever batch the image comes in.</summary>
/// <remarks>Each image has noise of its own: shared noise would make the scores of different images depend on one another.</remarks>
public sealed class CounterNoise
{
    private readonly ulong _seed;

    /// <summary>Makes a source.</summary>
    /// <param name="random">One number is drawn from it.</param>
    public CounterNoise(Generator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using var drawn = randint(long.MaxValue, [1], dtype: ScalarType.Int64, device: random.device, generator: random);
        _seed = (ulong)drawn.item<long>();
    }

    /// <summary>Draws noise.</summary>
    /// <param name="ids">The images' numbers, N of them.</param>
    /// <param name="draw">Number of the draw, e.g. of the repeat.</param>
    /// <param name="like">Float tensor [N, C, H, W], which gives shape, type and device.</param>
    /// <returns>Float tensor [N, C, H, W], standard normal.</returns>
    public Tensor Normal(IReadOnlyList<long> ids, long draw, Tensor like)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(like);
        using var scope = NewDisposeScope();
        var shape = like.shape[1..];
        return stack(ids.Select(id => One(id, draw, shape))).to(like.dtype).to(like.device).MoveToOuterDisposeScope();
    }

    private Tensor One(long id, long draw, long[] shape)
    {
        using var random = new Generator(Mixed(Mixed(_seed + (ulong)id) + (ulong)draw) >> 1);
        return randn(shape, dtype: ScalarType.Float32, generator: random);
    }

    // SplitMix64 (Steele et al. 2014): neighbouring numbers give unrelated seeds.
    private static ulong Mixed(ulong number)
    {
        unchecked
        {
            var z = number + 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
