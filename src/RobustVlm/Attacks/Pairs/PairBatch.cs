using RobustVlm.Attacks.Text;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>Some images with all their captions in one list.</summary>
internal sealed class PairBatch
{
    private readonly IReadOnlyList<IReadOnlyList<string>> _captions;

    /// <summary>A batch by itself.</summary>
    internal static PairBatch Of(Tensor images, IReadOnlyList<IReadOnlyList<string>> captions) => new(images, captions);

    private PairBatch(Tensor images, IReadOnlyList<IReadOnlyList<string>> captions)
    {
        (Images, _captions) = (images, captions);
        Texts = [.. captions.SelectMany(own => own)];
        ImageOf = tensor(captions.SelectMany((own, image) => Enumerable.Repeat((long)image, own.Count)).ToArray(), device: images.device);
    }

    internal Tensor Images { get; }

    internal IReadOnlyList<string> Texts { get; }

    /// <summary>Long tensor [M], the image of each caption.</summary>
    internal Tensor ImageOf { get; }

    /// <summary>Adds up what belongs to the captions of each image.</summary>
    /// <param name="values">Float tensor [M, D].</param>
    /// <returns>Tensor [N, D].</returns>
    internal Tensor SumByImage(Tensor values)
    {
        using var scope = NewDisposeScope();
        var belongs = arange(Images.shape[0], device: ImageOf.device).unsqueeze(1).eq(ImageOf.unsqueeze(0));   // (N, M)
        return belongs.to(values.dtype).matmul(values).MoveToOuterDisposeScope();
    }

    /// <summary>Attacks images with their captions, some at a time.</summary>
    /// <param name="model">The attacked model.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="captions">For each image its captions.</param>
    /// <param name="random">Source of randomness.</param>
    /// <param name="size">Images in a batch.</param>
    /// <param name="progress">Told the finished share.</param>
    /// <param name="attack">From a batch and its progress to the attacked images and texts.</param>
    internal static AdversarialPairs Attack(
        IImageTextModel model,
        Tensor images,
        IReadOnlyList<IReadOnlyList<string>> captions,
        Generator random,
        int size,
        Action<double>? progress,
        Func<PairBatch, Action<double>, (Tensor Images, IReadOnlyList<string> Texts)> attack)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(captions);
        ArgumentNullException.ThrowIfNull(random);
        AttackInput.CheckImages(images);
        if (captions.Count != images.shape[0] || captions.Any(own => own is null || own.Count == 0))
        {
            throw new ArgumentException($"Give at least one caption for each of the {images.shape[0]} images.", nameof(captions));
        }

        TextInput.Check([.. captions.SelectMany(own => own)]);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var attacked = new List<Tensor>();
        var texts = new List<IReadOnlyList<string>>(captions.Count);
        for (var first = 0; first < captions.Count; first += size)
        {
            Interruption.ThrowIfRequested();
            using var part = NewDisposeScope();
            var count = Math.Min(size, captions.Count - first);
            var batch = Of(images.narrow(0, first, count).detach(), [.. captions.Skip(first).Take(count)]);
            var done = attack(batch, share => progress?.Invoke((first + (share * count)) / captions.Count));
            attacked.Add(done.Images.MoveToOuterDisposeScope());
            texts.AddRange(batch.Regroup(done.Texts));
        }

        progress?.Invoke(1);
        return new AdversarialPairs(cat(attacked, 0).DetachFromDisposeScope(), texts);
    }

    private IEnumerable<IReadOnlyList<string>> Regroup(IReadOnlyList<string> texts)
    {
        var first = 0;
        foreach (var own in _captions)
        {
            yield return [.. texts.Skip(first).Take(own.Count)];
            first += own.Count;
        }
    }
}
