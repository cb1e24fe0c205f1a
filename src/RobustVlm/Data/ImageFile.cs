using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Reads and writes single images: PNG, JPEG, TIFF (8 and 16 bit) and DICOM, through OpenCV.</summary>
/// <remarks>Of a DICOM file rescaling, MONOCHROME1 and the first window are applied; without a window its stored bits are the full range.</remarks>
public static unsafe class ImageFile
{
    /// <summary>Reads an image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="grey">Whether to convert to one channel (luminance); else RGB.</param>
    /// <param name="size">Side in pixels: the largest centred square is cut out and scaled to it. 0 keeps the image as it is.</param>
    /// <remarks>Photos are not turned as their EXIF data say; a transform with <see cref="ImageTransform.Upright"/> does so.</remarks>
    /// <returns>Float tensor [C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an image, or is damaged.</exception>
    public static Tensor Read(string path, bool grey = true, int size = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return Read(path, new ImageTransform { Size = size, Grey = grey, Fit = ImageFit.CentreSquare, Interpolation = ImageInterpolation.Area });
    }

    /// <summary>Reads an image and scales it in one step.</summary>
    /// <param name="path">The file.</param>
    /// <param name="transform">Size, channels and how to scale, e.g. <see cref="ImageTransform.Clip"/>.</param>
    /// <returns>Float tensor [C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an image, is cut off or damaged.</exception>
    public static Tensor Read(string path, ImageTransform transform)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(transform);
        transform.Check();
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The image {path} does not exist.", path);
        }

        using var image = DecodedImage.Decode(File.ReadAllBytes(path), path, transform.Upright);
        return image.ToTensor(transform);
    }

    /// <summary>Writes an image; the extension decides the format (.png, .jpg, .tiff). The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="image">Float tensor [C, H, W] with 1 or 3 channels, pixels in [0, 1]; rounded to 8 bits.</param>
    /// <param name="jpegQuality">1 (small) to 100 (close to the original), for .jpg only.</param>
    /// <exception cref="ArgumentException">The shape or the extension does not fit.</exception>
    public static void Write(string path, Tensor image, int jpegQuality = 95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(jpegQuality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jpegQuality, 100);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(image);
        if (image.shape is not [1 or 3, _, _])
        {
            throw new ArgumentException($"An image has the shape [1 or 3, height, width], not [{string.Join(", ", image.shape)}].", nameof(image));
        }

        var encoded = Encode(image, Path.GetExtension(path), jpegQuality)
            ?? throw new ArgumentException($"{path} cannot be written as an image; use the extension .png, .jpg or .tiff.", nameof(path));
        var temporary = path + ".part";
        File.WriteAllBytes(temporary, encoded);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>What is left of an image that was written in a format and read again.</summary>
    /// <param name="image">Float tensor [C, H, W] with 1 or 3 channels, pixels in [0, 1]; rounded to 8 bits.</param>
    /// <param name="extension">The format, e.g. <c>.jpg</c>.</param>
    /// <param name="jpegQuality">1 to 100.</param>
    /// <returns>Float tensor [C, H, W], pixels in [0, 1].</returns>
    internal static Tensor Recode(Tensor image, string extension, int jpegQuality)
    {
        var encoded = Encode(image, extension, jpegQuality) ?? throw new ArgumentException($"OpenCV cannot write {extension} files.", nameof(extension));
        using var decoded = DecodedImage.Decode(encoded, extension);
        return decoded.ToTensor(ImageTransform.Original(grey: image.shape[0] == 1));
    }

    private static byte[]? Encode(Tensor image, string extension, int jpegQuality)
    {
        using var scope = NewDisposeScope();
        var pixels = image.detach().cpu().clamp(0, 1).mul(255).round().to(ScalarType.Byte).permute(1, 2, 0).contiguous().Values<byte>();
        nint handle;
        byte* bytes;
        long count;
        fixed (byte* first = pixels, name = System.Text.Encoding.ASCII.GetBytes(extension + "\0"))
        {
            if (ImageCodecs.rvi_encode(first, (int)image.shape[2], (int)image.shape[1], (int)image.shape[0], name, jpegQuality, &handle, &bytes, &count) != 0)
            {
                return null;
            }
        }

        try
        {
            return new ReadOnlySpan<byte>(bytes, checked((int)count)).ToArray();
        }
        finally
        {
            _ = ImageCodecs.rvi_free_bytes(handle);
        }
    }
}
