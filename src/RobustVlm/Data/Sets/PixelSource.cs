using Microsoft.Win32.SafeHandles;

namespace RobustVlm.Data.Sets;

/// <summary>Where the pixels of a set lie. Safe from several threads at once.</summary>
internal abstract class PixelSource
{
    /// <summary>Decodes one image; the caller disposes it.</summary>
    internal abstract DecodedImage Read(int index, bool upright);

    /// <summary>Reads a whole file into memory that the thread uses again and again.</summary>
    internal static DecodedImage ReadFile(string path, bool upright)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"The image {path} is listed, but does not exist; copy it there or take it out of the list.", path, e);
        }

        using (file)
        {
            var length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength)
            {
                throw new InvalidDataException($"{path} has over 2 GB, so it is not an image that can be read; take it out of the list.");
            }

            var buffer = t_buffer is { } kept && kept.Length >= length ? kept : t_buffer = new byte[Math.Max(length, 1 << 18)];
            var got = 0;
            while (got < length && RandomAccess.Read(file, buffer.AsSpan(got, (int)length - got), got) is > 0 and var more)
            {
                got += more;
            }

            return DecodedImage.Decode(buffer.AsSpan(0, got), path, upright);
        }
    }

    [ThreadStatic]
    private static byte[]? t_buffer;
}

/// <summary>One file per image.</summary>
internal sealed class FilePixels(Func<int, string> pathOf) : PixelSource
{
    internal override DecodedImage Read(int index, bool upright) => ReadFile(pathOf(index), upright);
}

/// <summary>8-bit pixels that lie in memory or in one large file, all images of one size.</summary>
/// <param name="fetch">Fills a span with the pixels of one image, as <paramref name="shape"/> says.</param>
/// <param name="shape">Height, width, channels.</param>
/// <param name="order">How the samples of one image follow each other.</param>
internal sealed class ArrayPixels(Action<int, Span<byte>> fetch, (int Height, int Width, int Channels) shape, SampleOrder order) : PixelSource
{
    internal override DecodedImage Read(int index, bool upright)
    {
        var (height, width, channels) = shape;
        var raw = new byte[height * width * channels];
        fetch(index, raw);
        if (order == SampleOrder.Interleaved || (channels == 1 && order == SampleOrder.Planes))
        {
            return DecodedImage.FromBytes(raw, width, height, channels);
        }

        var pixels = new byte[raw.Length];
        var plane = height * width;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var from = order == SampleOrder.Planes ? (y * width) + x : (x * height) + y;
                for (var c = 0; c < channels; c++)
                {
                    pixels[(((y * width) + x) * channels) + c] = raw[(c * plane) + from];
                }
            }
        }

        return DecodedImage.FromBytes(pixels, width, height, channels);
    }
}

/// <summary>How the samples of an image follow each other.</summary>
internal enum SampleOrder
{
    /// <summary>Red, green, blue of each pixel.</summary>
    Interleaved,

    /// <summary>All red, all green, all blue; row by row.</summary>
    Planes,

    /// <summary>All red, all green, all blue; column by column.</summary>
    PlanesByColumn,
}
