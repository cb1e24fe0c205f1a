using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>Seeds that follow from one seed and a number, unrelated to each other (SplitMix64, Steele et al. 2014).</summary>
internal static class TrainingSeeds
{
    internal static ulong For(ulong seed, long number)
    {
        unchecked
        {
            var z = seed + 0x9E3779B97F4A7C15UL * ((ulong)number + 1);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A seed drawn from a generator.</summary>
    internal static ulong Draw(Generator random)
    {
        using var drawn = randint(long.MaxValue, [1], dtype: ScalarType.Int64, device: random.device, generator: random);
        return (ulong)drawn.item<long>();
    }
}
