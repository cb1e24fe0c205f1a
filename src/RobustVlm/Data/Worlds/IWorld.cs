using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Draws pictures of named classes, with captions and prompts, any number of them, the same for the same generator state.</summary>
public interface IWorld
{
    /// <summary>Short name without blanks, for files and tables, e.g. "shapes".</summary>
    string Name { get; }

    /// <summary>Name for headings, e.g. "Geometric shapes".</summary>
    string Title { get; }

    /// <summary>Names of the K classes in the order of their indices.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Channels of the pictures: 1 for grey, 3 for RGB.</summary>
    int Channels { get; }

    /// <summary>Side in pixels of the only size in which this world is drawn; pictures of other sizes are scaled from it. Null: drawn at any size.</summary>
    int? NativeSize { get; }

    /// <summary>Sentences that describe each class, for zero-shot classification: for every class as many, in the same order of templates.</summary>
    IReadOnlyList<IReadOnlyList<string>> Prompts { get; }

    /// <summary>Draws one picture for each label.</summary>
    /// <param name="labels">Long tensor [N], class indices in [0, K).</param>
    /// <param name="size">Height and width in pixels, 16 to 512.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="device">Where to draw; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>Pictures and what is known about them; dispose it when done.</returns>
    /// <exception cref="ArgumentException">The labels or the size are wrong.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    WorldBatch Render(Tensor labels, int size, Generator random, Device? device = null, Action<double>? progress = null);
}
