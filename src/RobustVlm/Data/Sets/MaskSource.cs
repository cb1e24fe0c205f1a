namespace RobustVlm.Data.Sets;

/// <summary>Where the masks of a set lie; gives 0 or 255 for each pixel.</summary>
internal abstract class MaskSource
{
    /// <summary>Reads one mask.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="size">Height and width of the image, asked for only where the mask does not tell.</param>
    internal abstract (byte[] Pixels, int Height, int Width) Read(int index, Func<(int Height, int Width)> size);
}

/// <summary>Mask files; everything that is not black counts, several files are united.</summary>
internal sealed class FileMasks(Func<int, IReadOnlyList<string>> pathsOf) : MaskSource
{
    internal override (byte[] Pixels, int Height, int Width) Read(int index, Func<(int Height, int Width)> size)
    {
        (byte[] Pixels, int Height, int Width)? united = null;
        foreach (var path in pathsOf(index))
        {
            using var image = PixelSource.ReadFile(path, upright: false);
            var samples = image.Samples();
            var result = united ?? (new byte[image.Width * image.Height], image.Height, image.Width);
            if (result.Pixels.Length * image.Channels != samples.Length || result.Width != image.Width)
            {
                throw new InvalidDataException($"{path} has another size than the other masks of the same image; replace it.");
            }

            for (var i = 0; i < samples.Length; i++)
            {
                if (samples[i] > 0)
                {
                    result.Pixels[i / image.Channels] = 255;
                }
            }

            united = result;
        }

        return united ?? throw new InvalidOperationException("This image has no mask; look at HasMask first.");
    }
}

/// <summary>Masks drawn from numbers: boxes, runs, outlines.</summary>
internal sealed class DrawnMasks(Action<int, byte[], int, int> draw, (int Height, int Width)? fixedSize = null) : MaskSource
{
    internal override (byte[] Pixels, int Height, int Width) Read(int index, Func<(int Height, int Width)> size)
    {
        var (height, width) = fixedSize ?? size();
        var pixels = new byte[height * width];
        draw(index, pixels, height, width);
        return (pixels, height, width);
    }
}
