using RobustVlm.Data.Sets;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Embeddings in NumPy's format (<c>.npy</c>), one row for each image or text: computed once, read often.</summary>
public static class EmbeddingFile
{
    /// <summary>Reads embeddings, e.g. those that another program computed.</summary>
    /// <param name="path">A row-major array of 2, 4 or 8-byte floating-point numbers with two or three dimensions.</param>
    /// <returns>Float tensor [N, D] or [N, T, D], as in the file, in float32.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such array, or a number is missing, infinite or NaN.</exception>
    public static Tensor Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {path}; save embeddings with numpy.save or {nameof(EmbeddingFile)}.{nameof(Write)}.", path);
        }

        using var scope = NewDisposeScope();
        using var stream = File.OpenRead(path);
        var header = NpyHeader.Read(stream, path, "f", "floating-point numbers of 2, 4 or 8 bytes");
        if (header.Shape.Count is not (2 or 3) || header.Shape.Contains(0))
        {
            throw new InvalidDataException($"{path} holds an array [{string.Join(", ", header.Shape)}]; embeddings are [N, D], or [N, T, D] for tokens.");
        }

        if (header.ItemBytes == 1 || stream.Length - stream.Position < header.TotalBytes)
        {
            throw NpyHeader.Damaged(path, $"should have {header.TotalBytes} bytes of numbers, but ends earlier");
        }

        var type = header.ItemBytes switch { 2 => ScalarType.Float16, 4 => ScalarType.Float32, _ => ScalarType.Float64 };
        var numbers = empty([.. header.Shape], dtype: type);
        TensorBytes.Fill(numbers, (_, bytes) => stream.ReadExactly(bytes));
        if (!numbers.isfinite().all().item<bool>())
        {
            throw new InvalidDataException($"{path} holds numbers that are infinite or NaN; compute the embeddings again.");
        }

        return numbers.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Writes embeddings as float32; under a temporary name first, so that a reader never sees half a file.</summary>
    /// <param name="path">Where to; an existing file is replaced.</param>
    /// <param name="embeddings">Float tensor [N, D] or [N, T, D].</param>
    public static void Write(string path, Tensor embeddings)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(embeddings);
        if (embeddings.dim() is not (2 or 3))
        {
            throw new ArgumentException($"Embeddings are [N, D], or [N, T, D] for tokens, not [{string.Join(", ", embeddings.shape)}].", nameof(embeddings));
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var stream = File.Create(temporary))
        {
            NpyHeader.WriteFloats(stream, embeddings.shape);
            using var numbers = embeddings.detach().to(ScalarType.Float32, copy: true);
            TensorBytes.Read(numbers, bytes => stream.Write(bytes));
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads embeddings that were computed earlier, or computes and keeps them.</summary>
    /// <param name="path">Where they are kept; name everything there that they depend on.</param>
    /// <param name="compute">Makes a float tensor [N, D] or [N, T, D].</param>
    /// <returns>Float tensor [N, D] or [N, T, D], on the CPU.</returns>
    public static Tensor ReadOrCompute(string path, Func<Tensor> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        if (!File.Exists(path))
        {
            using var embeddings = compute();
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);   // not null: a file lies in a folder
            Write(path, embeddings);
        }

        return Read(path);
    }
}
