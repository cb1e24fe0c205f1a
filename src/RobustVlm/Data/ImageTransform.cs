namespace RobustVlm.Data;

/// <summary>How an image of any shape becomes a square.</summary>
public enum ImageFit
{
    /// <summary>The shorter side is scaled to <see cref="ImageTransform.ResizeTo"/> and the centre is cut out, as CLIP and torchvision do.</summary>
    ShorterSide,

    /// <summary>The largest centred square is cut out and scaled.</summary>
    CentreSquare,

    /// <summary>Both sides are scaled; proportions change.</summary>
    Stretch,

    /// <summary>The longer side is scaled, and black is added around.</summary>
    Pad,
}

/// <summary>How pixels between pixels are computed. All but <see cref="Nearest"/> are antialiased when an image shrinks, as Pillow's are.</summary>
public enum ImageInterpolation
{
    /// <summary>The nearest pixel; for masks.</summary>
    Nearest,

    /// <summary>The average of the area.</summary>
    Area,

    /// <summary>A triangle over the neighbours.</summary>
    Bilinear,

    /// <summary>A cubic over the neighbours (a = -0.5).</summary>
    Bicubic,
}

/// <summary>What is done to an image while it is read. The default is CLIP's transform (Radford et al., 2021) at 224 pixels, before normalisation.</summary>
/// <remarks>8-bit images give what Pillow 9.4 gives, to the grey level; the normalisation by mean and deviation is the model's first line.</remarks>
public sealed record ImageTransform
{
    /// <summary>Side of the result in pixels; 0 keeps the image as it is.</summary>
    public int Size { get; init; } = 224;

    /// <summary>With <see cref="ImageFit.ShorterSide"/>: what the shorter side is scaled to before the centre is cut out; 0 means <see cref="Size"/>.</summary>
    public int ResizeTo { get; init; }

    /// <summary>How an image becomes a square.</summary>
    public ImageFit Fit { get; init; } = ImageFit.ShorterSide;

    /// <summary>How pixels between pixels are computed.</summary>
    public ImageInterpolation Interpolation { get; init; } = ImageInterpolation.Bicubic;

    /// <summary>Whether the result has one channel (luminance); else RGB.</summary>
    public bool Grey { get; init; }

    /// <summary>Whether to turn a photo upright as its EXIF data say. CLIP's and torchvision's transforms do not.</summary>
    public bool Upright { get; init; }

    /// <summary>CLIP's transform: shorter side to the size, bicubic, centre cut out, RGB.</summary>
    /// <param name="size">Side of the result in pixels.</param>
    public static ImageTransform Clip(int size = 224) => new() { Size = size };

    /// <summary>Shorter side to one size, then the centre of another: torchvision's Resize and CenterCrop (bilinear).</summary>
    /// <param name="resizeTo">What the shorter side becomes.</param>
    /// <param name="size">Side of the result in pixels.</param>
    public static ImageTransform ResizeAndCrop(int resizeTo = 256, int size = 224) =>
        new() { Size = size, ResizeTo = resizeTo, Interpolation = ImageInterpolation.Bilinear };

    /// <summary>The image as it is, in its own size.</summary>
    /// <param name="grey">Whether to convert to one channel; else RGB.</param>
    public static ImageTransform Original(bool grey = false) => new() { Size = 0, Grey = grey };

    internal int Channels => Grey ? 1 : 3;

    internal void Check()
    {
        if (Size < 0 || ResizeTo < 0 || (Size == 0 && ResizeTo > 0))
        {
            throw new ArgumentException($"An image cannot be scaled to {ResizeTo} and cut to {Size} pixels; choose a Size of at least 1, or 0 for both to keep it as it is.");
        }

        if (Size > LargestSide || ResizeTo > LargestSide)
        {
            throw new ArgumentException($"An image of {Math.Max(Size, ResizeTo)} pixels is too large; choose at most {LargestSide}.");
        }
    }

    /// <summary>Where the pixels of a result come from.</summary>
    internal readonly record struct Plan(int SourceX, int SourceY, int SourceWidth, int SourceHeight, int ScaledWidth, int ScaledHeight, int Left, int Top, int Width, int Height);

    internal Plan PlanFor(int width, int height)
    {
        var whole = new Plan(0, 0, width, height, Size, Size, 0, 0, Size, Size);
        switch (Size == 0 ? (ImageFit?)null : Fit)
        {
            case null:
                return whole with { ScaledWidth = width, ScaledHeight = height, Width = width, Height = height };
            case ImageFit.Stretch:
                return whole;
            case ImageFit.CentreSquare:
                var side = Math.Min(width, height);
                return whole with { SourceX = (width - side) / 2, SourceY = (height - side) / 2, SourceWidth = side, SourceHeight = side };
            case ImageFit.Pad:
                var longer = Math.Max(width, height);
                return Centred(whole, (int)Math.Max(1, Math.Round((double)Size * width / longer)), (int)Math.Max(1, Math.Round((double)Size * height / longer)));
            default:
                // torchvision cuts the fraction of the longer side off, and rounds half a pixel of the margin to even.
                var shorter = ResizeTo > 0 ? ResizeTo : Size;
                return width <= height
                    ? Centred(whole, shorter, (int)((long)shorter * height / width))
                    : Centred(whole, (int)((long)shorter * width / height), shorter);
        }
    }

    private const int LargestSide = 1 << 15;

    private Plan Centred(Plan whole, int width, int height) => whole with
    {
        ScaledWidth = width,
        ScaledHeight = height,
        Left = (int)Math.Round((width - Size) / 2.0),
        Top = (int)Math.Round((height - Size) / 2.0),
    };
}
