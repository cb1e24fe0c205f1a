namespace RobustVlm.Experiments.Plots;

/// <summary>A small grey or RGB picture for an <see cref="ImageGrid"/>, 8 bits per channel.</summary>
public sealed class PixelImage
{
    private readonly byte[] _pixels;

    private PixelImage(byte[] pixels, int channels, int height, int width)
    {
        _pixels = pixels;
        Channels = channels;
        Height = height;
        Width = width;
    }

    /// <summary>1 for grey, 3 for RGB.</summary>
    public int Channels { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>A picture from the values of a tensor [C, H, W].</summary>
    /// <param name="values">C·H·W values, channel by channel, rows from top to bottom; 0 is black, 1 is white, others are cut off.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a value is NaN.</exception>
    public static PixelImage FromPlanar(float[] values, int channels, int height, int width) =>
        FromPlanar(values, channels, height, width, value => value);

    /// <summary>The difference of two pictures, amplified around mid-grey: unchanged pixels are grey, brighter ones lighter.</summary>
    /// <param name="from">Values of the first tensor [C, H, W].</param>
    /// <param name="to">Values of the second tensor [C, H, W].</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="amplification">By how much; null makes the largest difference just reach black or white.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a value is NaN.</exception>
    public static PixelImage Difference(
        float[] from, float[] to, int channels, int height, int width, double? amplification = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Length != to.Length)
        {
            throw new ArgumentException($"Two pictures of {from.Length} and {to.Length} values have no difference; make them equally large.");
        }

        float[] difference = [.. to.Zip(from, (after, before) => after - before)];
        var largest = difference.Select(Math.Abs).DefaultIfEmpty(0).Max();
        var factor = amplification ?? (largest > 0 ? 0.5 / largest : 1);
        return FromPlanar(difference, channels, height, width, value => (float)(0.5 + (factor * value)));
    }

    /// <summary>A picture from bytes.</summary>
    /// <param name="pixels">H·W·C bytes, rows from top to bottom, the channels of a pixel side by side.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static PixelImage FromBytes(byte[] pixels, int channels, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        CheckSize(pixels.Length, channels, height, width);
        return new PixelImage([.. pixels], channels, height, width);
    }

    /// <summary>The picture as a PNG file at its own size.</summary>
    public byte[] ToPng() => PngEncoder.Encode(_pixels, Width, Height, Channels);

    /// <summary>The picture with every pixel repeated in a square, so that viewers cannot blur it.</summary>
    internal PixelImage Enlarge(int factor)
    {
        var (width, height) = (Width * factor, Height * factor);
        var pixels = new byte[width * height * Channels];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var source = (((y / factor) * Width) + (x / factor)) * Channels;
                _pixels.AsSpan(source, Channels).CopyTo(pixels.AsSpan(((y * width) + x) * Channels));
            }
        }

        return new PixelImage(pixels, Channels, height, width);
    }

    /// <summary>The picture with squares of pixels averaged into one.</summary>
    internal PixelImage Reduce(int factor)
    {
        var (width, height) = (Math.Max(1, Width / factor), Math.Max(1, Height / factor));
        var pixels = new byte[width * height * Channels];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (channel, x, y) = (i % Channels, i / Channels % width, i / Channels / width);
            var (sum, count) = (0, 0);
            for (var row = y * factor; row < Math.Min((y + 1) * factor, Height); row++)
            {
                for (var column = x * factor; column < Math.Min((x + 1) * factor, Width); column++)
                {
                    sum += _pixels[(((row * Width) + column) * Channels) + channel];
                    count++;
                }
            }

            pixels[i] = (byte)((sum + (count / 2)) / count);
        }

        return new PixelImage(pixels, Channels, height, width);
    }

    private static PixelImage FromPlanar(float[] values, int channels, int height, int width, Func<float, float> map)
    {
        ArgumentNullException.ThrowIfNull(values);
        CheckSize(values.Length, channels, height, width);
        var pixels = new byte[values.Length];
        var plane = height * width;
        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]))
            {
                throw new ArgumentException($"Value {i} of the picture is NaN; only numbers can be drawn.");
            }

            pixels[((i % plane) * channels) + (i / plane)] = (byte)Math.Round(255 * Math.Clamp(map(values[i]), 0f, 1f));
        }

        return new PixelImage(pixels, channels, height, width);
    }

    private static void CheckSize(int length, int channels, int height, int width)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentException($"A picture has 1 channel (grey) or 3 (RGB), not {channels}.");
        }

        if (height < 1 || width < 1 || (long)channels * height * width != length)
        {
            throw new ArgumentException(
                $"A picture of {channels} x {height} x {width} has {(long)channels * height * width} values, but {length} were given.");
        }
    }
}
