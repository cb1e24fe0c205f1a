using System.Buffers.Binary;
using System.IO.Compression;

namespace RobustVlm.Experiments.Plots;

/// <summary>Writes 8-bit grey or RGB pixels as PNG; the same pixels always give the same bytes.</summary>
internal static class PngEncoder
{
    private static readonly uint[] s_crcTable = [.. Enumerable.Range(0, 256).Select(CrcEntry)];

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Encodes an image.</summary>
    /// <param name="pixels">Rows from top to bottom, channels interleaved.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        using var file = new MemoryStream();
        file.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = (byte)(channels == 1 ? 0 : 2);
        header[10..].Clear();
        WriteChunk(file, "IHDR"u8, header);

        using (var data = new MemoryStream())
        {
            using (var deflate = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
            {
                WriteRows(deflate, pixels, width * channels, height, channels);
            }

            WriteChunk(file, "IDAT"u8, data.ToArray());
        }

        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Each row is stored as differences in whichever way gives the smallest ones: the PNG specification's own advice.
    private static void WriteRows(Stream stream, ReadOnlySpan<byte> pixels, int stride, int height, int channels)
    {
        // "Up" first: in charts it is nearly always the best, and the others then give up early.
        int[] filters = [2, 1, 4, 3, 0];
        var blank = new byte[stride];
        var candidates = filters.Select(_ => new byte[stride + 1]).ToArray();
        for (var y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * stride, stride);
            var above = y == 0 ? blank : pixels.Slice((y - 1) * stride, stride);
            var best = 0;
            var bestCost = long.MaxValue;
            foreach (var filter in filters)
            {
                var cost = Filter(filter, row, above, channels, candidates[filter], bestCost);
                if (cost < bestCost)
                {
                    (best, bestCost) = (filter, cost);
                }
            }

            stream.Write(candidates[best]);
        }
    }

    /// <summary>Fills a candidate row and says how large its differences are; stops where a better row is known.</summary>
    private static long Filter(
        int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int channels, byte[] output, long limit)
    {
        output[0] = (byte)filter;
        var cost = 0L;
        for (var i = 0; i < row.Length && cost < limit; i++)
        {
            var left = i < channels ? 0 : row[i - channels];
            var up = above[i];
            var corner = i < channels ? 0 : above[i - channels];
            var predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, corner),
            };
            var difference = (byte)(row[i] - predicted);
            output[i + 1] = difference;
            cost += Math.Abs((int)(sbyte)difference);
        }

        return cost;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        var (toLeft, toUp, toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), content));
        stream.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = s_crcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint CrcEntry(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
        }

        return value;
    }
}
