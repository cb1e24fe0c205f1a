using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>Changes images and their captions so that they no longer find each other.</summary>
/// <remarks>An attack has no state: the same arguments and the same generator state give the same pairs.</remarks>
public interface IImageTextAttack
{
    /// <summary>Short name for tables and legends.</summary>
    string Name { get; }

    /// <summary>Largest change of an image, with the norm it is measured in.</summary>
    PixelBudget Epsilon { get; }

    /// <summary>The same attack with another budget for images; step sizes that follow the budget follow it here too.</summary>
    /// <param name="epsilon">Largest change of an image.</param>
    /// <returns>A new attack.</returns>
    IImageTextAttack WithEpsilon(PixelBudget epsilon);

    /// <summary>Makes the attacked pairs; the input stays as it is.</summary>
    /// <param name="model">The attacked model, in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="captions">For each image its captions, at least one.</param>
    /// <param name="random">Source of random starts and noise.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>As many images, each within <see cref="Epsilon"/>, and captions; dispose it when done.</returns>
    /// <exception cref="ArgumentException">Images or captions have the wrong shape, number or range.</exception>
    /// <exception cref="InvalidOperationException">The model gives no usable embeddings or gradients.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    AdversarialPairs Perturb(
        IImageTextModel model, Tensor images, IReadOnlyList<IReadOnlyList<string>> captions, Generator random, Action<double>? progress = null);
}
