using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Reads and writes tensors in the safetensors format: a length, a JSON header, then raw numbers.</summary>
/// <remarks>
/// Files made here and by other safetensors libraries can be exchanged. Reading runs no code from the file.
/// To look at names and shapes without loading, use <see cref="SafetensorsFile"/>.
/// </remarks>
public static class Safetensors
{
    /// <summary>Writes a file, under a temporary name first, so that a file of this name is always complete.</summary>
    /// <param name="path">The file; its folder is made when missing, an existing file is replaced.</param>
    /// <param name="tensors">Name to tensor; any shape [...], types F32, F16, BF16, F64, I64, I32, I16, I8, U8 or BOOL.</param>
    /// <param name="metadata">Text to store beside them.</param>
    /// <exception cref="ArgumentException">A name is empty or reserved, or an element type cannot be stored.</exception>
    public static void Write(
        string path,
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var full = Path.GetFullPath(path);
        var header = SafetensorsHeader.For(tensors, metadata ?? new Dictionary<string, string>());
        var folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                stream.Write(header.ToBytes());
                foreach (var name in header.Order)
                {
                    TensorBytes.Read(tensors[name], chunk => stream.Write(chunk));
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);   // does nothing after the move
        }
    }

    /// <summary>Reads a whole file onto the CPU.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Name to tensor, and the text stored beside them.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a complete safetensors file; the message says what is wrong.</exception>
    public static (Dictionary<string, torch.Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return (file.LoadAll(), file.Metadata);
    }
}
