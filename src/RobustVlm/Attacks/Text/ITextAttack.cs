using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>Changes a few words of captions so that they no longer fit their images.</summary>
/// <remarks>An attack has no state: the same arguments and the same generator state give the same captions.</remarks>
public interface ITextAttack
{
    /// <summary>Short name for tables and legends.</summary>
    string Name { get; }

    /// <summary>Largest number of changes of a caption.</summary>
    int MaxChanges { get; }

    /// <summary>Makes the attacked captions.</summary>
    /// <param name="model">The attacked model, in evaluation mode; attacks that write by rules do not ask it.</param>
    /// <param name="captions">Any captions; one without a word that may be changed stays as it is.</param>
    /// <param name="random">Source of random choices.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>As many captions, in the same order.</returns>
    /// <exception cref="InvalidOperationException">A model gives embeddings or logits that are not numbers.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    IReadOnlyList<string> Perturb(IImageTextModel model, IReadOnlyList<string> captions, Generator random, Action<double>? progress = null);
}
