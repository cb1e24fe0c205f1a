using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>Attacked images with their attacked captions.</summary>
/// <param name="Images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
/// <param name="Captions">For each image its captions, as many as there were.</param>
public sealed record AdversarialPairs(Tensor Images, IReadOnlyList<IReadOnlyList<string>> Captions) : IDisposable
{
    /// <summary>Frees the images.</summary>
    public void Dispose() => Images.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Captions.Count} attacked images with {Captions.Sum(captions => captions.Count)} captions";
}
