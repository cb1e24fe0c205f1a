using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>Linear maps of images: what acts on rows and columns apart is a matrix from each side, whatever the border rule.</summary>
internal static class Resampling
{
    /// <summary>How rows beyond the border are read.</summary>
    internal enum Border
    {
        /// <summary>The last row again: a a | a b c.</summary>
        Edge,

        /// <summary>Mirrored, the last row twice: b a | a b c.</summary>
        Symmetric,

        /// <summary>Mirrored about the last row: c b | a b c.</summary>
        Reflect,
    }

    /// <summary>Applies a matrix to the rows and one to the columns.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="rows">One array [H', H].</param>
    /// <param name="columns">One array [W', W].</param>
    /// <returns>Tensor [N, C, H', W'].</returns>
    internal static Tensor Separable(Tensor images, double[,] rows, double[,] columns)
    {
        using var scope = NewDisposeScope();
        return ToTensor(rows, images).matmul(images).matmul(ToTensor(columns, images).t()).MoveToOuterDisposeScope();
    }

    /// <summary>Gaussian smoothing.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="sigma">Standard deviation in pixels; 0 changes nothing.</param>
    /// <param name="border">What lies outside.</param>
    /// <param name="truncate">Half the width of the kernel in standard deviations.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Gaussian(Tensor images, double sigma, Border border = Border.Edge, double truncate = 4)
    {
        var kernel = GaussianWeights((int)((truncate * sigma) + 0.5), sigma);
        return Separable(images, Band((int)images.shape[2], kernel, border), Band((int)images.shape[3], kernel, border));
    }

    /// <summary>Normal weights at -radius..radius that sum to one.</summary>
    internal static double[] GaussianWeights(int radius, double sigma)
    {
        var weights = Enumerable.Range(-radius, (2 * radius) + 1).Select(i => sigma > 0 ? Math.Exp(-0.5 * i * i / (sigma * sigma)) : i == 0 ? 1.0 : 0).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>The matrix of a correlation with a centred kernel.</summary>
    internal static double[,] Band(int size, double[] kernel, Border border)
    {
        var matrix = new double[size, size];
        for (var row = 0; row < size; row++)
        {
            for (var k = 0; k < kernel.Length; k++)
            {
                matrix[row, Fold(row + k - (kernel.Length / 2), size, border)] += kernel[k];
            }
        }

        return matrix;
    }

    /// <summary>Enlarges the centre of an axis so that the result has the old size, as SciPy's linear zoom of a centred crop does.</summary>
    internal static double[,] Zoom(int size, double factor)
    {
        var part = (int)Math.Ceiling(size / factor);
        var first = (size - part) / 2;
        var enlarged = (int)Math.Round(part * factor);   // to even, as Python rounds
        var trim = (enlarged - size) / 2;
        var matrix = new double[size, size];
        for (var row = 0; row < size; row++)
        {
            var at = enlarged > 1 ? (double)(Math.Min(row + trim, enlarged - 1)) * (part - 1) / (enlarged - 1) : 0;
            var below = (int)Math.Min(Math.Floor(at), part - 1);
            matrix[row, first + below] += 1 - (at - below);
            matrix[row, first + Math.Min(below + 1, part - 1)] += at - below;
        }

        return matrix;
    }

    /// <summary>Resizes an axis as Pillow's box filter does: whole pixels with equal weights.</summary>
    internal static double[,] Box(int from, int to)
    {
        var matrix = new double[to, from];
        var scale = (double)from / to;
        var half = Math.Max(scale, 1) / 2;
        for (var row = 0; row < to; row++)
        {
            var centre = (row + 0.5) * scale;
            var (first, last) = ((int)Math.Max(centre - half + 0.5, 0), (int)Math.Min(centre + half + 0.5, from));
            var inside = Enumerable.Range(first, last - first).Where(x => (x - centre + 0.5) / (2 * half) is > -0.5 and <= 0.5).ToArray();
            foreach (var x in inside)
            {
                matrix[row, x] = 1.0 / inside.Length;
            }
        }

        return matrix;
    }

    /// <summary>Reads images at other places, linear in between.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="rows">Tensor [N, H, W], where each pixel comes from.</param>
    /// <param name="columns">Tensor [N, H, W].</param>
    /// <param name="border">What lies outside.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Sample(Tensor images, Tensor rows, Tensor columns, Border border)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var (top, left) = (rows.floor(), columns.floor());
        var (down, right) = ((rows - top).unsqueeze(1), (columns - left).unsqueeze(1));
        var (upper, lower) = (Fold(top, height, border), Fold(top + 1, height, border));
        var (west, east) = (Fold(left, width, border), Fold(left + 1, width, border));
        var above = (At(upper, west) * (1 - right)) + (At(upper, east) * right);
        var below = (At(lower, west) * (1 - right)) + (At(lower, east) * right);
        return ((above * (1 - down)) + (below * down)).MoveToOuterDisposeScope();

        Tensor At(Tensor y, Tensor x) => Pick(images, (y * width) + x);
    }

    /// <summary>Copies pixels.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="places">Long tensor [N, H, W], for each pixel the number of its source, row by row.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Pick(Tensor images, Tensor places)
    {
        using var scope = NewDisposeScope();
        var flat = images.flatten(2);
        return flat.gather(2, places.flatten(1).unsqueeze(1).expand(flat.shape)).view(images.shape).MoveToOuterDisposeScope();
    }

    private static int Fold(int index, int size, Border border)
    {
        if (border == Border.Edge || size == 1)
        {
            return Math.Clamp(index, 0, size - 1);
        }

        var shift = border == Border.Symmetric ? 1 : 0;
        var period = (2 * size) - 2 + (2 * shift);
        var at = ((index % period) + period) % period;
        return at < size ? at : period - shift - at;
    }

    private static Tensor Fold(Tensor index, long size, Border border)
    {
        var shift = border == Border.Symmetric ? 1 : 0;
        var period = (2 * size) - 2 + (2 * shift);
        var at = index.remainder(period);
        return where(at.lt(size), at, period - shift - at).to(ScalarType.Int64);
    }

    private static Tensor ToTensor(double[,] matrix, Tensor like) => tensor(matrix, dtype: like.dtype, device: like.device);
}
