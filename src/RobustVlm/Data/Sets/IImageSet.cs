using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>A set of images on disk. Opening it reads tables and lists only; pixels, masks and reports are read when asked for.</summary>
/// <remarks>Reading is safe from several threads at once.</remarks>
public interface IImageSet
{
    /// <summary>Short name, e.g. <c>chexpert</c>.</summary>
    string Name { get; }

    /// <summary>What it is for.</summary>
    ImageTask Task { get; }

    /// <summary>Under which conditions it may be used.</summary>
    string Licence { get; }

    /// <summary>Where it was opened.</summary>
    string Folder { get; }

    /// <summary>Names of the classes or findings.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>What is known of each image.</summary>
    IReadOnlyList<ImageItem> Items { get; }

    /// <summary>What was left out or decided while opening, one sentence each.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Reads an image.</summary>
    /// <param name="index">Which one, in [0, <see cref="Count"/>).</param>
    /// <param name="transform">What to do with it; null leaves its size and makes it RGB.</param>
    /// <returns>Float tensor [C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="InvalidDataException">The image is damaged or cut off.</exception>
    /// <exception cref="FileNotFoundException">Its file is missing.</exception>
    Tensor ReadImage(int index, ImageTransform? transform = null);

    /// <summary>Reads a mask, scaled and cut like the image.</summary>
    /// <param name="index">Which one, in [0, <see cref="Count"/>).</param>
    /// <param name="transform">What to do with it; colour and interpolation are ignored, since a mask has neither.</param>
    /// <returns>Float tensor [1, H, W] of zeros and ones.</returns>
    /// <exception cref="InvalidOperationException">This image has no mask.</exception>
    Tensor ReadMask(int index, ImageTransform? transform = null);

    /// <summary>The caption or the whole report.</summary>
    /// <param name="index">Which one, in [0, <see cref="Count"/>).</param>
    /// <returns>The text; empty where there is none.</returns>
    string ReadText(int index);
}
