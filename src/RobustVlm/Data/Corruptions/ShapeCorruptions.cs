using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>Corruptions that move, merge or cover pixels.</summary>
internal static class ShapeCorruptions
{
    /// <summary>Fewer, larger pixels.</summary>
    internal static Tensor Pixelate(Tensor images, double share)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)images.shape[2], (int)images.shape[3]);
        var (rows, columns) = (Math.Max(1, (int)(height * share)), Math.Max(1, (int)(width * share)));
        var small = Resampling.Separable(images, Resampling.Box(height, rows), Resampling.Box(width, columns));
        return Resampling.Separable(small, Resampling.Box(rows, height), Resampling.Box(columns, width)).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Written and read as JPEG, one image after the other on the CPU.</summary>
    internal static Tensor Jpeg(Tensor images, int quality)
    {
        using var scope = NewDisposeScope();
        using var onCpu = images.detach().cpu();
        return stack([.. Enumerable.Range(0, (int)images.shape[0]).Select(i => ImageFile.Recode(onCpu[i], ".jpg", quality))])
            .to(images.dtype, images.device).MoveToOuterDisposeScope();
    }

    /// <summary>A random affine map, then a smooth random displacement.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="strength">Size of the displacement in pixels before smoothing.</param>
    /// <param name="sigma">How smooth it is, in pixels.</param>
    /// <param name="jitter">Tensor [N, 3, 2]: how far three points (across, down) move.</param>
    /// <param name="displacement">Tensor [N, 2, H, W], uniform in [-1, 1): across, down.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Elastic(Tensor images, double strength, double sigma, Tensor jitter, Tensor displacement)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var (y, x) = (Axis(height, images).view(1, -1, 1), Axis(width, images).view(1, 1, -1));
        var (rows, columns) = Turned(y, x, height, width, jitter);
        var turned = Resampling.Sample(images, rows, columns, Resampling.Border.Reflect);
        if (strength == 0)
        {
            return turned.clamp_(0, 1).MoveToOuterDisposeScope();
        }

        var smooth = Resampling.Gaussian(displacement, sigma, Resampling.Border.Symmetric, truncate: 3) * strength;
        var moved = Resampling.Sample(turned, y + smooth.select(1, 1), x + smooth.select(1, 0), Resampling.Border.Symmetric);
        return moved.clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Black outside a circle, as a dermatoscope shows it.</summary>
    internal static Tensor BlackCorner(Tensor images, double multiplier)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var radius = (int)(Math.Min(height / 2, width / 2) * multiplier);
        var (y, x) = (Axis(height, images).view(-1, 1) - (height / 2), Axis(width, images).view(1, -1) - (width / 2));
        return (images * (y.square() + x.square()).le(radius * (radius + 1))).MoveToOuterDisposeScope();
    }

    /// <summary>Half-transparent white discs with a brighter rim, a later one over the earlier ones.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="largest">Largest radius in pixels.</param>
    /// <param name="most">Largest number of discs.</param>
    /// <param name="numbers">Tensor [N, 1 + 3 * most], uniform in [0, 1): how many; then radius and place of each.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Bubble(Tensor images, int largest, int most, Tensor numbers)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var (y, x) = (Axis(height, images).view(1, -1, 1), Axis(width, images).view(1, 1, -1));
        var count = Whole(0, LeastBubbles, most);
        var cover = zeros([images.shape[0], height, width], dtype: images.dtype, device: images.device);
        for (var i = 0; i < most; i++)
        {
            using var step = NewDisposeScope();
            var radius = Whole(1 + (3 * i), SmallestBubble, largest);
            var (across, down) = (Inside(2 + (3 * i), radius, width), Inside(3 + (3 * i), radius, height));
            var distance = ((y - down).square() + (x - across).square()).sqrt();
            var painted = where(distance.le(radius), full_like(distance, 100 / 255.0), full_like(distance, 130 / 255.0));
            cover.copy_(where(distance.le(radius + BubbleRim).logical_and(count.gt(i)), painted, cover));
        }

        return (images + ((1 - images) * cover.unsqueeze(1))).clamp_(0, 1).MoveToOuterDisposeScope();

        Tensor Number(int column) => numbers.narrow(1, column, 1).view(-1, 1, 1);

        Tensor Whole(int column, int low, int high) => (Number(column) * (high - low + 1)).floor() + low;

        Tensor Inside(int column, Tensor radius, long size) => radius + (Number(column) * (size - (2 * radius) + 1)).floor();
    }

    private const int LeastBubbles = 7;
    private const int SmallestBubble = 3;
    private const int BubbleRim = 2;

    private static Tensor Axis(long size, Tensor like) => arange(size, dtype: like.dtype, device: like.device);

    /// <summary>From a pixel of the result to its source: the inverse of the affine map that moves three corners of a square by the jitter.</summary>
    private static (Tensor Rows, Tensor Columns) Turned(Tensor y, Tensor x, long height, long width, Tensor jitter)
    {
        var (down, across, reach) = (height / 2, width / 2, Math.Min(height, width) / 3);
        var corner = (X: Moved(2, 0, across - reach), Y: Moved(2, 1, down - reach));
        var upper = (X: Moved(1, 0, across + reach), Y: Moved(1, 1, down - reach));
        var lower = (X: Moved(0, 0, across + reach), Y: Moved(0, 1, down + reach));

        // In the basis of the two moved sides; before the move they were 2 reach long, down and across.
        var (a, b, c, d) = (lower.X - upper.X, upper.X - corner.X, lower.Y - upper.Y, upper.Y - corner.Y);
        var determinant = (a * d) - (b * c);
        var (fromX, fromY) = (x - corner.X, y - corner.Y);
        var alongDown = ((d * fromX) - (b * fromY)) / determinant;
        var alongAcross = ((a * fromY) - (c * fromX)) / determinant;
        return (down - reach + (alongDown * (2 * reach)), across - reach + (alongAcross * (2 * reach)));

        Tensor Moved(long point, long axis, long place) => jitter.select(1, point).select(1, axis).view(-1, 1, 1) + place;
    }
}
