using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Xunit;

namespace RobustVlm.Experiments.Tests.Plots;

/// <summary>Reads 8-bit grey and RGB PNG files, written from the specification only.</summary>
internal sealed class PngDecoder
{
    public PngDecoder(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        using var data = new MemoryStream();
        var position = 8;
        var ended = false;
        while (position < file.Length)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(position));
            var type = Encoding.ASCII.GetString(file, position + 4, 4);
            var content = file.AsSpan(position + 8, length);
            Assert.Equal(Crc(file.AsSpan(position + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(position + 8 + length)));
            switch (type)
            {
                case "IHDR":
                    Width = BinaryPrimitives.ReadInt32BigEndian(content);
                    Height = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
                    Assert.Equal(8, content[8]);
                    Channels = content[9] == 0 ? 1 : 3;
                    break;
                case "IDAT":
                    data.Write(content);
                    break;
                case "IEND":
                    ended = true;
                    break;
            }

            position += 12 + length;
        }

        Assert.True(ended);
        data.Position = 0;
        using var inflate = new ZLibStream(data, CompressionMode.Decompress);
        Pixels = Unfilter(inflate);
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Pixels { get; }

    private byte[] Unfilter(Stream stream)
    {
        var stride = Width * Channels;
        var pixels = new byte[stride * Height];
        var line = new byte[stride + 1];
        for (var y = 0; y < Height; y++)
        {
            stream.ReadExactly(line);
            for (var i = 0; i < stride; i++)
            {
                int a = i < Channels ? 0 : pixels[(y * stride) + i - Channels];
                int b = y == 0 ? 0 : pixels[((y - 1) * stride) + i];
                int c = i < Channels || y == 0 ? 0 : pixels[((y - 1) * stride) + i - Channels];
                var p = a + b - c;
                var paeth = Math.Abs(p - a) <= Math.Abs(p - b) && Math.Abs(p - a) <= Math.Abs(p - c) ? a
                    : Math.Abs(p - b) <= Math.Abs(p - c) ? b : c;
                var predicted = line[0] switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth };
                pixels[(y * stride) + i] = (byte)(line[i + 1] + predicted);
            }
        }

        Assert.Equal(-1, stream.ReadByte());
        return pixels;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
