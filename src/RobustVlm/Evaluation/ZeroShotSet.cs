using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>A set of pictures and sentences to classify them by.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Images">Float tensor [N, C, H, W], pixels in [0, 1], in the size in which they are to be attacked.</param>
/// <param name="Labels">Long tensor [N], class indices in [0, K).</param>
/// <param name="Prompts">For each class, long tensor [P, T]: the tokens of its prompts.</param>
public sealed record ZeroShotSet(string Name, Tensor Images, Tensor Labels, IReadOnlyList<Tensor> Prompts)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Images.shape[0]} pictures of {Images.shape[3]} x {Images.shape[2]} pixels, {Prompts.Count} classes";
}
