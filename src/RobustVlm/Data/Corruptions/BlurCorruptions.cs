using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>Corruptions by blur.</summary>
internal static class BlurCorruptions
{
    internal static Tensor Gaussian(Tensor images, double sigma) => Resampling.Gaussian(images, sigma).clamp_(0, 1);

    /// <summary>Gaussian blur given by the width of the kernel, with torchvision's rule for the deviation.</summary>
    internal static Tensor GaussianOfWidth(Tensor images, int width)
    {
        // Its kernel may be wider than a small image, where libtorch cannot mirror but a matrix can.
        var kernel = Resampling.GaussianWeights(width / 2, (0.3 * (((width - 1) * 0.5) - 1)) + 0.8);
        return Resampling.Separable(
            images,
            Resampling.Band((int)images.shape[2], kernel, Resampling.Border.Reflect),
            Resampling.Band((int)images.shape[3], kernel, Resampling.Border.Reflect)).clamp_(0, 1);
    }

    /// <summary>Out of focus: the mean over a disk with a soft rim.</summary>
    internal static Tensor Defocus(Tensor images, double radius, double alias)
    {
        using var scope = NewDisposeScope();
        var disk = Disk(radius, alias);
        var side = disk.GetLength(0);
        var margin = side / 2;
        var kernel = tensor(disk, dtype: images.dtype, device: images.device).view(1, 1, side, side);
        var planes = images.reshape(-1, 1, images.shape[2], images.shape[3]);
        var padded = nn.functional.pad(planes, [margin, margin, margin, margin], PaddingModes.Reflect);
        return nn.functional.conv2d(padded, kernel).view(images.shape).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Pixels change places with near ones between two blurs; the change goes one way, as it does in the published files.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="sigma">Deviation of the blurs.</param>
    /// <param name="reach">Largest displacement.</param>
    /// <param name="passes">How often.</param>
    /// <param name="numbers">For each image, two numbers in [0, 1) (across, down) for each pixel of each pass, last pixel first.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Glass(Tensor images, double sigma, int reach, int passes, IReadOnlyList<double[]> numbers)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)images.shape[2], (int)images.shape[3]);
        var places = numbers.SelectMany(drawn => Shuffled(height, width, reach, passes, drawn)).ToArray();
        var sources = tensor(places, [images.shape[0], height, width], device: images.device);
        var bytes = (Resampling.Gaussian(images, sigma) * 255).floor_() / 255;
        return Resampling.Gaussian(Resampling.Pick(bytes, sources), sigma).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>How many numbers in [0, 1) <see cref="Glass"/> takes for one image.</summary>
    internal static long GlassNumbers(Tensor images, int reach, int passes) =>
        2L * passes * (images.shape[2] - (2 * reach)) * (images.shape[3] - (2 * reach));

    /// <summary>Mean along a line to one side with falling weights, as ImageMagick's motion blur.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="radius">Half the length of the line, about.</param>
    /// <param name="sigma">How fast the weights fall.</param>
    /// <param name="degrees">Tensor [N], the directions.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Motion(Tensor images, double radius, double sigma, Tensor degrees)
    {
        using var scope = NewDisposeScope();
        var length = (2 * (int)Math.Ceiling(radius)) + 1;
        var weights = Enumerable.Range(0, length).Select(i => Math.Exp(-i * i / (2 * sigma * sigma))).ToArray();
        var total = weights.Sum();
        var angle = degrees.view(-1, 1, 1) * (Math.PI / 180);
        var rows = arange(images.shape[2], dtype: images.dtype, device: images.device).view(1, -1, 1);
        var columns = arange(images.shape[3], dtype: images.dtype, device: images.device).view(1, 1, -1);
        var sum = zeros_like(images);
        for (var i = 0; i < length; i++)
        {
            using var step = NewDisposeScope();
            var y = (rows + ((angle.sin() * i) - 0.5).ceil()).clamp(0, images.shape[2] - 1);
            var x = (columns + ((angle.cos() * i) - 0.5).ceil()).clamp(0, images.shape[3] - 1);
            sum.add_(Resampling.Pick(images, ((y * images.shape[3]) + x).to(ScalarType.Int64)) * (weights[i] / total));
        }

        return sum.clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of the image and its enlargements.</summary>
    internal static Tensor Zoom(Tensor images, double end, double step)
    {
        using var scope = NewDisposeScope();
        var count = (int)Math.Ceiling((end - 1) / step);   // as numpy's arange counts, rounding errors included
        var delta = (1 + step) - 1;   // its rounding decides sizes that lie half-way
        var sum = images.clone();
        for (var i = 0; i < count; i++)
        {
            sum.add_(Enlarge(images, 1 + (i * delta)));
        }

        return sum.div_(count + 1).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    internal static Tensor Enlarge(Tensor images, double factor) => Resampling.Separable(
        images, Resampling.Zoom((int)images.shape[2], factor), Resampling.Zoom((int)images.shape[3], factor));

    /// <summary>A disk whose rim was smoothed by a kernel of 3 (small disks) or 5 pixels.</summary>
    internal static double[,] Disk(double radius, double alias)
    {
        var reach = radius <= 8 ? 8 : (int)radius;
        var side = (2 * reach) + 1;
        var disk = new double[side, side];
        var inside = 0;
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var within = ((x - reach) * (x - reach)) + ((y - reach) * (y - reach)) <= radius * radius;
                disk[y, x] = within ? 1 : 0;
                inside += within ? 1 : 0;
            }
        }

        var band = Resampling.Band(side, Resampling.GaussianWeights(radius <= 8 ? 1 : 2, alias), Resampling.Border.Reflect);
        using var scope = NewDisposeScope();
        var smooth = Resampling.Separable(tensor(disk, dtype: ScalarType.Float64).view(1, 1, side, side) / inside, band, band);
        using var data = smooth.data<double>();
        var values = data.ToArray();
        Buffer.BlockCopy(values, 0, disk, 0, values.Length * sizeof(double));
        return disk;
    }

    private static long[] Shuffled(int height, int width, int reach, int passes, double[] numbers)
    {
        var places = Enumerable.Range(0, height * width).Select(i => (long)i).ToArray();
        var next = 0;
        for (var pass = 0; pass < passes; pass++)
        {
            for (var y = height - reach; y > reach; y--)
            {
                for (var x = width - reach; x > reach; x--)
                {
                    var across = (int)(numbers[next++] * 2 * reach) - reach;
                    var down = (int)(numbers[next++] * 2 * reach) - reach;
                    places[(y * width) + x] = places[((y + down) * width) + x + across];
                }
            }
        }

        return places;
    }
}
