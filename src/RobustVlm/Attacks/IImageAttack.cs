using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>Changes images a little so that a classifier errs.</summary>
/// <remarks>An attack has no state: the same arguments and the same generator state give the same images.</remarks>
public interface IImageAttack
{
    /// <summary>Short name for tables and legends, e.g. <c>PGD-20</c>.</summary>
    string Name { get; }

    /// <summary>Largest change, with the norm it is measured in.</summary>
    PixelBudget Epsilon { get; }

    /// <summary>The same attack with another budget; a step size that follows the budget follows it here too, and so does the norm.</summary>
    /// <param name="epsilon">Largest change.</param>
    /// <returns>A new attack.</returns>
    /// <exception cref="ArgumentException">The attack does not exist in this norm.</exception>
    IImageAttack WithEpsilon(PixelBudget epsilon);

    /// <summary>Makes the attacked images; the input stays as it is.</summary>
    /// <param name="classifier">The attacked function; its model must be in evaluation mode.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], the true classes, in [0, K).</param>
    /// <param name="random">Source of random starts.</param>
    /// <param name="progress">Told the finished share, 0 to 1, after each step.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1], each within <see cref="Epsilon"/> of the input.</returns>
    /// <exception cref="ArgumentException">Images or labels have the wrong shape, type or range.</exception>
    /// <exception cref="InvalidOperationException">The classifier gives no usable logits or gradients.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    Tensor Perturb(
        Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null);
}
