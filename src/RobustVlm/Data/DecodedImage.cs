using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Pixels of one image before scaling: interleaved samples of a managed array, or OpenCV's, which are freed with it.</summary>
internal sealed unsafe class DecodedImage : IDisposable
{
    private const int ByteDepth = 0;
    private const int FloatDepth = 2;

    private readonly Array? _array;
    private readonly int _depth;
    private readonly bool _blueFirst;
    private void* _pixels;
    private nint _handle;

    private DecodedImage(Array? array, void* pixels, nint handle, int width, int height, int channels, int depth, bool blueFirst)
    {
        (_array, _handle, Width, Height, Channels, _depth, _blueFirst) = (array, handle, width, height, channels, depth, blueFirst);
        _pixels = pixels;
    }

    internal int Width { get; }

    internal int Height { get; }

    internal int Channels { get; }

    internal static DecodedImage FromBytes(byte[] pixels, int width, int height, int channels) =>
        new(pixels, null, 0, width, height, channels, ByteDepth, blueFirst: false);

    internal static DecodedImage FromFloats(float[] pixels, int width, int height, int channels) =>
        new(pixels, null, 0, width, height, channels, FloatDepth, blueFirst: false);

    /// <summary>Decodes a file's bytes.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="upright">Whether to turn it as its EXIF data say.</param>
    /// <exception cref="InvalidDataException">The bytes are no image, or not all of one.</exception>
    internal static DecodedImage Decode(ReadOnlySpan<byte> encoded, string name, bool upright = false)
    {
        if (encoded.Length == 0)
        {
            throw new InvalidDataException($"{name} is empty, so it is not an image; copy it again or take it out of the list.");
        }

        return DicomImage.IsDicom(encoded) ? DicomImage.Parse(encoded, name).Decode(encoded) : ByCodec(encoded, name, upright);
    }

    /// <summary>Decodes anything but DICOM's own pixels by OpenCV.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="upright">Whether to turn it as its EXIF data say.</param>
    /// <param name="signed">Whether samples below zero may come, as floats that are not scaled; else such files are refused.</param>
    internal static DecodedImage ByCodec(ReadOnlySpan<byte> encoded, string name, bool upright, bool signed = false)
    {
        nint handle;
        void* pixels;
        int width, height, channels, depth;
        fixed (byte* bytes = encoded)
        {
            var status = ImageCodecs.rvi_open(bytes, encoded.Length, (upright ? ImageCodecs.Upright : 0) | (signed ? ImageCodecs.Signed : 0), &handle, &pixels, &width, &height, &channels, &depth);
            ThrowUnlessRead(status, name);
        }

        return new DecodedImage(null, pixels, handle, width, height, channels, depth, blueFirst: true);
    }

    internal static void ThrowUnlessRead(int status, string name)
    {
        if (status != 0)
        {
            throw new InvalidDataException(status switch
            {
                ImageCodecs.NotAnImage => $"{name} is not an image that can be read (PNG, JPEG, TIFF or DICOM), or it is damaged; replace it or take it out of the list.",
                ImageCodecs.CutOff => $"{name} is cut off: its end is missing; copy it again or take it out of the list.",
                ImageCodecs.OutOfMemory => $"{name} needs more memory than there is; take it out of the list or make it smaller.",
                _ => $"{name} could not be decoded; it may be damaged or too large.",
            });
        }
    }

    /// <summary>The samples as OpenCV gave them, not scaled to [0, 1]; for images inside other formats.</summary>
    internal float[] Samples()
    {
        var count = Width * Height * Channels;
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = _depth switch { ByteDepth => ((byte*)_pixels)[i], FloatDepth => ((float*)_pixels)[i], _ => ((ushort*)_pixels)[i] };
        }

        return values;
    }

    /// <summary>Scales and cuts.</summary>
    /// <returns>Float tensor [C, H, W], pixels in [0, 1].</returns>
    internal Tensor ToTensor(ImageTransform transform)
    {
        var plan = transform.PlanFor(Width, Height);
        var result = empty([transform.Channels, plan.Height, plan.Width], dtype: ScalarType.Float32);
        fixed (byte* bytes = result.bytes)
        {
            Write(transform, (float*)bytes);
        }

        return result;
    }

    /// <summary>Scales and cuts into memory of [C, H, W] floats.</summary>
    internal void Write(ImageTransform transform, float* planes) => Write(transform.PlanFor(Width, Height), transform.Interpolation, transform.Channels, planes);

    /// <summary>Scales to any shape.</summary>
    internal void Scale(int width, int height, ImageInterpolation interpolation, bool grey, Span<float> planes)
    {
        fixed (float* first = planes)
        {
            Write(new ImageTransform.Plan(0, 0, Width, Height, width, height, 0, 0, width, height), interpolation, grey ? 1 : 3, first);
        }
    }

    private void Write(ImageTransform.Plan plan, ImageInterpolation interpolation, int channels, float* planes)
    {
        using var pinned = _array is null ? default : new Pinned(_array);
        var first = (byte*)(_array is null ? _pixels : pinned.Address);
        var stride = (long)Width * Channels;
        var sample = _depth switch { ByteDepth => 1, FloatDepth => 4, _ => 2 };
        var source = new ImageCodecs.Source
        {
            Pixels = first + (((plan.SourceY * stride) + ((long)plan.SourceX * Channels)) * sample),
            Stride = stride,
            Depth = _depth,
            Width = plan.SourceWidth,
            Height = plan.SourceHeight,
            Channels = Channels,
            Reversed = _blueFirst ? (byte)1 : (byte)0,
        };
        var target = new ImageCodecs.Target
        {
            ScaledWidth = plan.ScaledWidth,
            ScaledHeight = plan.ScaledHeight,
            Left = plan.Left,
            Top = plan.Top,
            Width = plan.Width,
            Height = plan.Height,
            Channels = channels,
            Planes = planes,
        };
        if (ImageCodecs.rvi_fit(&source, &target, (int)interpolation) != 0)
        {
            throw new InvalidOperationException($"An image of {Width}x{Height} pixels could not be scaled: there was not enough memory; use a smaller size.");
        }

        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = ImageCodecs.rvi_free_image(_handle);
            _handle = 0;
            _pixels = null;
        }
    }

    private readonly struct Pinned(Array array) : IDisposable
    {
        private readonly System.Runtime.InteropServices.GCHandle _handle = System.Runtime.InteropServices.GCHandle.Alloc(array, System.Runtime.InteropServices.GCHandleType.Pinned);

        internal void* Address => (void*)_handle.AddrOfPinnedObject();

        public void Dispose()
        {
            if (_handle.IsAllocated)
            {
                _handle.Free();
            }
        }
    }
}
