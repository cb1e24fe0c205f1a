using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Images of which it is asked whether a model was trained on them.</summary>
public sealed class CandidateImages
{
    /// <summary>Names the images.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; it belongs to the caller.</param>
    /// <param name="captions">Long tensor [N, T], tokens of their captions; null for no captions. It belongs to the caller.</param>
    /// <param name="ids">A number for each image, the same in whatever batch it comes; null counts from 0. Noise is drawn by it.</param>
    /// <exception cref="ArgumentException">They are not equally many, or two have one number.</exception>
    public CandidateImages(Tensor images, Tensor? captions = null, IReadOnlyList<long>? ids = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[0] == 0 || !images.is_floating_point())
        {
            throw new ArgumentException($"Candidates are float images [N, C, H, W], not {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        Ids = ids ?? [.. Enumerable.Range(0, (int)images.shape[0]).Select(i => (long)i)];
        if (Ids.Count != images.shape[0] || (captions is not null && captions.shape[0] != images.shape[0]) || Ids.Distinct().Count() != Ids.Count)
        {
            throw new ArgumentException("Give one caption and one number of its own for each image.", nameof(ids));
        }

        (Images, Captions) = (images, captions);
    }

    /// <summary>Float tensor [N, C, H, W], pixels in [0, 1].</summary>
    public Tensor Images { get; }

    /// <summary>Long tensor [N, T], tokens; null for no captions.</summary>
    public Tensor? Captions { get; }

    /// <summary>A number for each image.</summary>
    public IReadOnlyList<long> Ids { get; }

    /// <summary>Number of images N.</summary>
    public int Count => Ids.Count;

    /// <summary>Scores the images batch by batch.</summary>
    /// <param name="batchSize">Images at once, at least one.</param>
    /// <param name="score">Takes a batch and gives float [B, ...]; called inside a dispose scope.</param>
    /// <returns>Float64 tensor [N, ...] on the CPU.</returns>
    /// <exception cref="InvalidOperationException">A score is not finite: an attack on a diverged model would seem perfect or useless.</exception>
    internal Tensor Map(int batchSize, Func<CandidateImages, Tensor> score)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var noGradient = no_grad();
        using var whole = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0; start < Count; start += batchSize)
        {
            Engine.Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var size = Math.Min(batchSize, Count - start);
            var batch = new CandidateImages(Images.narrow(0, start, size), Captions?.narrow(0, start, size), [.. Ids.Skip(start).Take(size)]);
            parts.Add(score(batch).to(ScalarType.Float64).cpu().MoveToOuterDisposeScope());
        }

        var scores = cat(parts, 0);
        return scores.isfinite().all().ToBoolean() ? scores.MoveToOuterDisposeScope()
            : throw new InvalidOperationException("A score is not finite; the model or its sampler diverged, so nothing can be said about membership.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Count} images of {Images.shape[3]} x {Images.shape[2]} pixels{(Captions is null ? "" : " with captions")}";
}
