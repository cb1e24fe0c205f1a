using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Reads and writes single images: PNG, JPEG, TIFF (8 and 16 bit) and uncompressed DICOM, through OpenCV.</summary>
public static unsafe class ImageFile
{
    /// <summary>Reads an image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="grey">Whether to convert to one channel (luminance); else RGB.</param>
    /// <param name="size">Side in pixels: the largest centred square is cut out and scaled to it. 0 keeps the image as it is.</param>
    /// <returns>Float tensor [C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an image, or is damaged.</exception>
    public static Tensor Read(string path, bool grey = true, int size = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The image {path} does not exist.", path);
        }

        var encoded = File.ReadAllBytes(path);
        if (encoded.Length == 0)
        {
            throw new InvalidDataException($"{path} is empty, so it is not an image; copy it again or take it out of the list.");
        }

        nint handle;
        float* pixels;
        int width;
        int height;
        int channels;
        fixed (byte* bytes = encoded)
        {
            var status = ImageCodecs.rvi_decode(bytes, encoded.Length, grey ? 1 : 0, size, &handle, &pixels, &width, &height, &channels);
            if (status == ImageCodecs.NotAnImage)
            {
                throw new InvalidDataException($"{path} is not an image that can be read (PNG, JPEG, TIFF or DICOM), or it is damaged; replace it or take it out of the list.");
            }

            if (status != 0)
            {
                throw new InvalidDataException($"{path} could not be decoded; it may be damaged or too large.");
            }
        }

        try
        {
            var values = new ReadOnlySpan<float>(pixels, width * height * channels).ToArray();
            using var scope = NewDisposeScope();
            var interleaved = tensor(values, [height, width, channels]);
            return interleaved.permute(2, 0, 1).contiguous().clamp_(0, 1).MoveToOuterDisposeScope();
        }
        finally
        {
            _ = ImageCodecs.rvi_free_image(handle);
        }
    }

    /// <summary>Writes an image; the extension decides the format (.png, .jpg, .tiff). The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="image">Float tensor [C, H, W] with 1 or 3 channels, pixels in [0, 1]; rounded to 8 bits.</param>
    /// <exception cref="ArgumentException">The shape or the extension does not fit.</exception>
    public static void Write(string path, Tensor image)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(image);
        if (image.shape is not [1 or 3, _, _])
        {
            throw new ArgumentException($"An image has the shape [1 or 3, height, width], not [{string.Join(", ", image.shape)}].", nameof(image));
        }

        using var scope = NewDisposeScope();
        var pixels = image.detach().cpu().clamp(0, 1).mul(255).round().to(ScalarType.Byte).permute(1, 2, 0).contiguous().data<byte>().ToArray();
        nint handle;
        byte* bytes;
        long count;
        fixed (byte* first = pixels, extension = System.Text.Encoding.ASCII.GetBytes(Path.GetExtension(path) + "\0"))
        {
            if (ImageCodecs.rvi_encode(first, (int)image.shape[2], (int)image.shape[1], (int)image.shape[0], extension, &handle, &bytes, &count) != 0)
            {
                throw new ArgumentException($"{path} cannot be written as an image; use the extension .png, .jpg or .tiff.", nameof(path));
            }
        }

        try
        {
            var temporary = path + ".part";
            File.WriteAllBytes(temporary, new ReadOnlySpan<byte>(bytes, checked((int)count)));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            _ = ImageCodecs.rvi_free_bytes(handle);
        }
    }
}
