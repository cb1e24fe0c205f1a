using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>Poisoned forms of some pairs of a set, in the order in which they are used.</summary>
/// <param name="Places">Places of the pairs in the set.</param>
/// <param name="Images">Float tensor [M, C, H, W], pixels in [0, 1]: the attacked images, as numbers and not in 8 bits, in which part of a small change is lost.</param>
/// <param name="Captions">For each pair its false captions.</param>
public sealed record PoisonedPairs(IReadOnlyList<long> Places, Tensor Images, IReadOnlyList<IReadOnlyList<string>> Captions) : IDisposable
{
    /// <summary>Number of poisoned pairs M.</summary>
    public int Count => Places.Count;

    /// <summary>The set with its first poisoned pairs in place of clean ones; its size stays.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]: all clean images.</param>
    /// <param name="captions">For each image its captions.</param>
    /// <param name="ratio">Share of poisoned pairs, 0 to 1; of a smaller one, all are among those of a larger one.</param>
    /// <param name="pairing">What of a pair is replaced.</param>
    /// <returns>Float tensor [N, C, H, W], a copy, and the captions.</returns>
    /// <exception cref="ArgumentException">Fewer pairs were poisoned than the ratio asks for.</exception>
    public (Tensor Images, IReadOnlyList<IReadOnlyList<string>> Captions) Mix(
        Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, double ratio, NoisePairing pairing = NoisePairing.Both)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(captions);
        var wanted = RanPoisoning.CountOf(images.shape[0], ratio);
        if (wanted > Count)
        {
            throw new ArgumentException($"A ratio of {ratio} needs {wanted} poisoned pairs of {images.shape[0]}, and {Count} were crafted; craft more, or take a smaller ratio.", nameof(ratio));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var mixed = images.detach().clone();
        var texts = captions.ToArray();
        if (wanted > 0 && pairing != NoisePairing.TextOnly)
        {
            mixed.index_copy_(0, tensor(Places.Take(wanted).ToArray(), device: images.device), Images.narrow(0, 0, wanted));
        }

        for (var i = 0; i < wanted && pairing != NoisePairing.ImageOnly; i++)
        {
            texts[Places[i]] = Captions[i];
        }

        return (mixed.MoveToOuterDisposeScope(), texts);
    }

    /// <summary>Frees the images.</summary>
    public void Dispose() => Images.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Count} poisoned pairs";
}
