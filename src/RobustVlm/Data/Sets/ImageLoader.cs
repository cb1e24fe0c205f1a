using System.Diagnostics.CodeAnalysis;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>Settings of <see cref="ImageLoader"/>.</summary>
public sealed record ImageLoaderOptions
{
    /// <summary>Images of a batch; the last one may be smaller.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Threads that read and decode; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Batches that may be ready or in work before they are asked for; bounds the memory.</summary>
    public int Ahead { get; init; } = 2;

    /// <summary>What is done to each image; its size decides the batch's.</summary>
    public ImageTransform Transform { get; init; } = new();

    /// <summary>Whether masks are read too; every chosen image must have one.</summary>
    public bool Masks { get; init; }

    /// <summary>Whether images that are missing or damaged are left out and listed in <see cref="ImageLoader.Skipped"/>; else the first one ends the run.</summary>
    public bool SkipBadFiles { get; init; }

    /// <summary>What uncertain and unknown findings become.</summary>
    public LabelPolicy Policy { get; init; } = new();
}

/// <summary>An image that was left out, and why.</summary>
/// <param name="Index">Its position in the set.</param>
/// <param name="Key">Its file.</param>
/// <param name="Reason">One sentence.</param>
public sealed record SkippedImage(int Index, string Key, string Reason);

/// <summary>Reads the images of a set in batches. Several threads decode ahead; order and result do not depend on their number.</summary>
public sealed class ImageLoader
{
    private readonly ImageSet _set;
    private readonly int[] _indices;
    private readonly ImageLoaderOptions _options;
    private List<SkippedImage> _skipped = [];

    /// <summary>Makes a loader; nothing is read yet.</summary>
    /// <param name="set">The set.</param>
    /// <param name="indices">Which images, in which order, e.g. <see cref="ImageSets.Part"/>; null takes all.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    public ImageLoader(IImageSet set, IReadOnlyList<int>? indices = null, ImageLoaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        _set = set as ImageSet ?? throw new ArgumentException("Only sets that DataSetRegistry.Open gave can be read in batches.", nameof(set));
        _options = options ?? new ImageLoaderOptions();
        _indices = indices is null ? [.. Enumerable.Range(0, set.Count)] : [.. indices];
        _options.Transform.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Ahead, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Threads, nameof(options));
        if (_options.Transform.Size == 0)
        {
            throw new ArgumentException("Images of a batch need one size; choose a transform with a Size of at least 1.", nameof(options));
        }

        if (Array.Find(_indices, i => i < 0 || i >= set.Count) is var wrong and not 0)
        {
            throw new ArgumentOutOfRangeException(nameof(indices), wrong, $"{set.Name} has the images 0 to {set.Count - 1}.");
        }

        if (_options.Masks && Array.FindIndex(_indices, i => !set.Items[i].HasMask) is var bare and >= 0)
        {
            throw new ArgumentException($"{set.Items[_indices[bare]].Key} of {set.Name} has no mask; choose images with masks only, or none.", nameof(indices));
        }
    }

    /// <summary>Number of images that are read.</summary>
    public int Count => _indices.Length;

    /// <summary>Images that the last run left out, in order; complete when it has ended.</summary>
    public IReadOnlyList<SkippedImage> Skipped => _skipped;

    /// <summary>Reads all images once. Leaving the loop early, or disposing the enumerator, ends the threads.</summary>
    /// <param name="shuffle">Source of a new order; null keeps the order.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>The batches; dispose each one when done.</returns>
    /// <exception cref="InvalidDataException">An image is missing or damaged, and bad files are not to be skipped.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public IEnumerable<ImageBatch> Batches(Generator? shuffle = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var order = _indices;
        if (shuffle is not null && order.Length > 0)
        {
            using var scope = NewDisposeScope();
            order = [.. randperm(order.Length, device: shuffle.device, generator: shuffle).cpu().data<long>().ToArray().Select(i => _indices[i])];
        }

        return Read(order, progress, cancellation);
    }

    /// <summary>Reads all images into one batch.</summary>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>All images; dispose it when done.</returns>
    public ImageBatch ReadAll(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (Count == 0)
        {
            throw new InvalidOperationException($"No image of {_set.Name} was chosen.");
        }

        // Small batches keep the processors busy to the end, whatever the setting says.
        var parts = new ImageLoader(_set, _indices, _options with { BatchSize = Math.Min(32, _options.BatchSize) });
        var batches = new List<ImageBatch>();
        try
        {
            batches.AddRange(parts.Batches(null, progress, cancellation));
            _skipped = parts._skipped;
            return batches.Count > 0 ? ImageBatch.Join(batches) : throw new InvalidDataException($"No image of {_set.Name} could be read; the first problem: {_skipped[0].Reason}");
        }
        finally
        {
            batches.ForEach(batch => batch.Dispose());
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Count} images of {_set.Name} in batches of {_options.BatchSize}, {_options.Transform.Size} pixels, {ThreadCount} threads";

    private int ThreadCount => _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;

    [SuppressMessage("Reliability", "CA2000", Justification = "Whoever takes a batch frees it; the rest is freed at the end.")]
    private IEnumerable<ImageBatch> Read(int[] order, IProgress<double>? progress, CancellationToken cancellation)
    {
        var skipped = _skipped = [];
        using var work = new LoaderWork(_set, order, _options, ThreadCount);
        for (var number = 0; number < work.BatchCount; number++)
        {
            var batch = work.Take(number, skipped, cancellation);
            Interruption.ThrowIfRequested();
            progress?.Report(Math.Min(1, (number + 1) * (double)_options.BatchSize / order.Length));
            if (batch is not null)
            {
                yield return batch;
            }
        }
    }
}
