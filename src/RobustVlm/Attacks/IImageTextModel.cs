using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>A model that puts images and texts into one space, as attacks on image-text pairs see it.</summary>
public interface IImageTextModel
{
    /// <summary>Embeds images; differentiable in the pixels.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; the model normalises inside.</param>
    /// <returns>Float tensor [N, D], rows of unit length.</returns>
    Tensor EmbedImages(Tensor images);

    /// <summary>Embeds texts; differentiable in nothing.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>Float tensor [M, D], rows of unit length, in the order of the texts.</returns>
    Tensor EmbedTexts(IReadOnlyList<string> texts);
}
