using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>Goes through all examples in a new random order each time; what does not fill a batch waits for another round.</summary>
/// <remarks>Any batch can be asked for at any time: it follows from the seed and its number, so a resumed training sees the same ones.</remarks>
public sealed class BatchOrder : IDisposable
{
    private readonly long _count;
    private readonly ulong _seed;
    private Tensor? _order;
    private long _round = -1;

    /// <summary>Makes an order.</summary>
    /// <param name="count">Number of examples N, at least one.</param>
    /// <param name="batchSize">Examples per batch B, at least one; when there are fewer examples, all of them.</param>
    /// <param name="random">Source of the order: one number is drawn from it.</param>
    public BatchOrder(long count, int batchSize, Generator random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        _count = count;
        BatchSize = (int)Math.Min(count, batchSize);
        _seed = TrainingSeeds.Draw(random);
    }

    /// <summary>Examples per batch B.</summary>
    public int BatchSize { get; }

    /// <summary>Batches of one round through the examples.</summary>
    public long BatchesPerRound => _count / BatchSize;

    /// <summary>The examples of a batch.</summary>
    /// <param name="batch">Its number from 0, as in <see cref="TrainingStep.Batch"/>.</param>
    /// <returns>Long tensor [B], different indices in [0, N).</returns>
    public Tensor Indices(long batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        var (round, place) = Math.DivRem(batch, BatchesPerRound);
        if (round != _round)
        {
            _order?.Dispose();
            using var random = new Generator(TrainingSeeds.For(_seed, round));
            _order = randperm(_count, dtype: ScalarType.Int64, generator: random).DetachFromDisposeScope();
            _round = round;
        }

        return _order!.narrow(0, place * BatchSize, BatchSize);
    }

    /// <summary>Frees the order.</summary>
    public void Dispose() => _order?.Dispose();
}
