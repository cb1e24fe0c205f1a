using static TorchSharp.torch;

namespace RobustVlm.Attacks;

/// <summary>The changes that <see cref="Square"/> tries, one window per image, from numbers drawn uniformly in [0, 1).</summary>
/// <remarks>Formulas: algorithms 2 and 3 of arXiv:1912.00049 with the normalisations of AutoAttack's code, which differ from the paper in L2.</remarks>
internal static class SquareWindows
{
    private const double Tiny = 1e-12;

    /// <summary>Numbers needed per image for the start in L-infinity: one per channel and column.</summary>
    internal static long[] StripeDraws(long[] shape) => [shape[0], shape[1], 1, shape[3]];

    /// <summary>L-infinity start: vertical stripes of full size.</summary>
    internal static Tensor Stripes(Tensor images, Tensor draws, double epsilon) => (images + (epsilon * Signs(draws))).clamp_(0, 1);

    /// <summary>Numbers needed per image for a query: place, orientation (L2 only: also a second place) and a sign per channel.</summary>
    internal static long[] WindowDraws(long[] shape, PixelNorm norm) => [shape[0], (norm == PixelNorm.LInfinity ? 2 : 5) + shape[1]];

    /// <summary>L-infinity query: in one window, every channel goes to the upper or the lower border of the ball.</summary>
    internal static Tensor Flipped(Tensor points, Tensor images, Tensor draws, int side, double epsilon)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var rows = Inside(Corner(draws, 0, height, side), height, side).unsqueeze(2);
        var columns = Inside(Corner(draws, 1, width, side), width, side).unsqueeze(1);
        var window = rows.logical_and(columns).unsqueeze(1);
        var signs = Signs(draws.narrow(1, 2, images.shape[1])).view(-1, images.shape[1], 1, 1);
        var change = (points - images + (2 * epsilon * signs * window)).clamp_(-epsilon, epsilon);
        return change.add_(images).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Numbers needed per image for the start in L2: per tile an orientation and a sign per channel.</summary>
    internal static long[] TileDraws(long[] shape)
    {
        var (_, _, tiles) = Tiling(shape[2]);
        return [shape[0], tiles * tiles, 1 + shape[1]];
    }

    /// <summary>L2 start: a grid of bumps, five across where the size allows it.</summary>
    internal static Tensor Tiles(Tensor images, Tensor draws, double epsilon)
    {
        using var scope = NewDisposeScope();
        var (side, first, tiles) = Tiling(images.shape[2]);
        var channels = images.shape[1];
        var bumps = Oriented(Bump((int)side, images), draws.narrow(2, 0, 1)).unsqueeze(2);   // [N, T, 1, s, s]
        var signed = bumps * Signs(draws.narrow(2, 1, channels)).unsqueeze(-1).unsqueeze(-1);
        var grid = signed.reshape(-1, tiles, tiles, channels, side, side).permute(0, 3, 1, 4, 2, 5).reshape(-1, channels, tiles * side, tiles * side);
        var change = zeros_like(images);
        change.narrow(2, first, tiles * side).narrow(3, first, tiles * side).copy_(grid);
        return OnSphere(images, change, epsilon).MoveToOuterDisposeScope();
    }

    /// <summary>L2 query: the change in a second window is given up, and its length spent on a bump in the first.</summary>
    internal static Tensor Moved(Tensor points, Tensor images, Tensor draws, int side, double epsilon)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = (images.shape[1], images.shape[2], images.shape[3]);
        var target = Window(Corner(draws, 0, height, side), Corner(draws, 1, width, side), side, width);
        var source = Window(Corner(draws, 2, height, side), Corner(draws, 3, width, side), side, width);
        var change = (points - images).flatten(2);
        var old = change.gather(2, target.expand(-1, channels, -1));
        var either = zeros([images.shape[0], 1, height * width], dtype: images.dtype, device: images.device);
        either.scatter_(2, target, ones_like(target, dtype: images.dtype)).scatter_(2, source, ones_like(source, dtype: images.dtype));
        var lengths = (change.square() * either).sum(2, keepdim: true);
        var unused = (-change.square().sum([1, 2], keepdim: true)).add_(epsilon * epsilon).clamp_min_(0) / channels;
        var bump = Oriented(Bump(side, images), draws.narrow(1, 4, 1)).reshape(-1, 1, side * side) * Signs(draws.narrow(1, 5, channels)).unsqueeze(2);
        var fresh = Unit(bump + Unit(old)) * (unused + lengths).sqrt_();
        change.scatter_(2, source.expand(-1, channels, -1), zeros_like(source, dtype: images.dtype).expand(-1, channels, -1)).scatter_(2, target.expand(-1, channels, -1), fresh);
        return OnSphere(images, change.view_as(images), epsilon).MoveToOuterDisposeScope();
    }

    /// <summary>Two opposite peaks, one above the other, of length one together.</summary>
    /// <returns>Tensor [side, side].</returns>
    internal static Tensor Bump(int side, Tensor like)
    {
        var values = new double[side * side];
        Peak(values, 0, side / 2, side, 1);
        Peak(values, side / 2, side - (side / 2), side, -1);
        var length = Math.Sqrt(values.Sum(value => value * value));
        return tensor([.. values.Select(value => value / length)], [side, side], dtype: like.dtype, device: like.device);
    }

    // Nested rectangles around the middle of the given rows, the k-th smallest adding 1/k²; the block has length one.
    private static void Peak(double[] values, int top, int rows, int side, int sign)
    {
        var rings = Math.Max((rows / 2) + 1, (side / 2) + 1);
        var heights = new double[rings + 1];
        for (var ring = rings - 1; ring >= 0; ring--)
        {
            heights[ring] = heights[ring + 1] + (1.0 / ((ring + 1.0) * (ring + 1.0)));
        }

        double At(int row, int column) => heights[Math.Min(rings, Math.Max(Math.Abs(row - (rows / 2)), Math.Abs(column - (side / 2))))];
        var sum = 0.0;
        for (var place = 0; place < rows * side; place++)
        {
            sum += Math.Pow(At(place / side, place % side), 2);
        }

        for (var place = 0; place < rows * side; place++)
        {
            values[(top * side) + place] = sign * At(place / side, place % side) / Math.Sqrt(sum);
        }
    }

    private static (long Side, long First, long Count) Tiling(long size)
    {
        var side = Math.Max(size / 5, 1);
        var first = Math.Max((size - (5 * side)) / 2, 0);
        return (side, first, Math.Min(size / side, (size - first) / side));
    }

    private static Tensor OnSphere(Tensor images, Tensor change, double epsilon) =>
        (images + (change / (PixelBall.Lengths(change) + Tiny) * epsilon)).clamp_(0, 1);

    private static Tensor Unit(Tensor windows) => windows / (windows.square().sum(2, keepdim: true).sqrt_() + Tiny);

    private static Tensor Signs(Tensor draws) => (draws * 2).sub_(1).sign_();

    private static Tensor Oriented(Tensor bump, Tensor draws) => where(draws.unsqueeze(-1).gt(0.5), bump.t(), bump);

    private static Tensor Corner(Tensor draws, long column, long size, int side) => draws.narrow(1, column, 1).mul(size - side).to(ScalarType.Int64);

    private static Tensor Inside(Tensor corner, long size, int side)
    {
        var place = arange(size, dtype: ScalarType.Int64, device: corner.device);
        return place.ge(corner).logical_and(place.lt(corner + side));
    }

    private static Tensor Window(Tensor top, Tensor left, int side, long width)
    {
        var place = arange(side, dtype: ScalarType.Int64, device: top.device);
        return (((top + place) * width).unsqueeze(2) + (left + place).unsqueeze(1)).flatten(1).unsqueeze(1);
    }
}
