using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Tensors in streams, in TorchSharp's layout.</summary>
public static class TensorExtensionMethods
{
    /// <summary>Writes a tensor.</summary>
    /// <param name="tensor">Tensor of any shape.</param>
    /// <param name="writer">Where to.</param>
    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(writer);
        TensorFormat.Write(writer, tensor);
    }

    /// <summary>Writes a tensor and closes the stream.</summary>
    /// <param name="tensor">Tensor of any shape.</param>
    /// <param name="stream">Where to.</param>
    public static void Save(this Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
    }

    /// <summary>Writes a tensor into a file, which is complete or not there.</summary>
    /// <param name="tensor">Tensor of any shape.</param>
    /// <param name="location">The file.</param>
    public static void Save(this Tensor tensor, string location) => TensorFormat.WriteFile(location, tensor.Save);

    /// <summary>Reads numbers into a tensor of the same type and shape.</summary>
    /// <param name="tensor">Tensor to fill.</param>
    /// <param name="reader">Where from.</param>
    /// <param name="skip">Whether to read over the numbers and leave the tensor alone.</param>
    /// <exception cref="InvalidDataException">The data are damaged or of another kind.</exception>
    /// <exception cref="ArgumentException">Type or shape differ.</exception>
    public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var loaded = Tensor.Load(reader);
        if (skip)
        {
            return;
        }

        if (loaded.dtype != tensor.dtype || !loaded.shape.AsSpan().SequenceEqual(tensor.shape))
        {
            throw new ArgumentException($"The data hold a tensor [{string.Join(", ", loaded.shape)}] of {loaded.dtype}, which does not fit one [{string.Join(", ", tensor.shape)}] of {tensor.dtype}.", nameof(reader));
        }

        using var noGrad = no_grad();
        tensor.copy_(loaded);
    }
}
