using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>The parameters of <see cref="WeatherCorruptions.Snow"/>.</summary>
/// <param name="Mean">Mean of the noise that flakes come from.</param>
/// <param name="Deviation">Its deviation.</param>
/// <param name="Zoom">Size of the flakes.</param>
/// <param name="Threshold">What is darker is no flake.</param>
/// <param name="Radius">Length of their fall.</param>
/// <param name="Sigma">How fast their trace fades.</param>
/// <param name="Kept">Share of the image that is not whitened.</param>
internal readonly record struct SnowSettings(double Mean, double Deviation, double Zoom, double Threshold, double Radius, double Sigma, double Kept);

/// <summary>Corruptions by weather.</summary>
internal static class WeatherCorruptions
{
    /// <summary>A cloudy layer that fades the image.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="strength">Weight of the layer.</param>
    /// <param name="decay">How much less each finer detail of the clouds weighs.</param>
    /// <param name="numbers">For each image, uniform numbers in [0, 1) for each cell of the cloud map.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Fog(Tensor images, double strength, double decay, IReadOnlyList<double[]> numbers)
    {
        using var scope = NewDisposeScope();
        var side = MapSide(images);
        var maps = tensor(numbers.SelectMany(drawn => Clouds(side, decay, drawn)).ToArray(), [images.shape[0], 1, side, side], dtype: images.dtype, device: images.device)
            .narrow(2, 0, images.shape[2]).narrow(3, 0, images.shape[3]);
        var brightest = images.amax([1, 2, 3], keepdim: true);
        return ((images + (maps * strength)) * brightest / (brightest + strength)).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Side of the cloud map: a power of two.</summary>
    internal static int MapSide(Tensor images) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(images.shape[2], images.shape[3]));

    /// <summary>Falling flakes before a whitened image.</summary>
    /// <param name="images">Tensor [N, C, H, W].</param>
    /// <param name="settings">The parameters.</param>
    /// <param name="normal">Tensor [N, 1, H, W], standard normal.</param>
    /// <param name="degrees">Tensor [N], the directions of the fall.</param>
    /// <returns>Tensor [N, C, H, W].</returns>
    internal static Tensor Snow(Tensor images, SnowSettings settings, Tensor normal, Tensor degrees)
    {
        using var scope = NewDisposeScope();
        var noise = BlurCorruptions.Enlarge((normal * settings.Deviation) + settings.Mean, settings.Zoom);
        var flakes = (noise * noise.ge(settings.Threshold)).clamp(0, 1);
        var layer = BlurCorruptions.Motion(flakes, settings.Radius, settings.Sigma, degrees);
        var white = maximum(images, (ColourCorruptions.Luma(images) * 1.5) + 0.5);
        return ((images * settings.Kept) + (white * (1 - settings.Kept)) + layer + layer.flip([2, 3])).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>A height map in [0, 1] by the diamond-square scheme on a torus (Fournier, Fussell and Carpenter 1982).</summary>
    /// <param name="side">Side of the map, a power of two.</param>
    /// <param name="decay">How much smaller the random part becomes from one scale to the next.</param>
    /// <param name="numbers">Uniform numbers in [0, 1), one for each cell.</param>
    /// <returns>The map, row by row.</returns>
    internal static double[] Clouds(int side, double decay, double[] numbers)
    {
        var map = new double[side * side];
        var wibble = 100.0;
        for (var step = side; step >= 2; step /= 2, wibble /= decay)
        {
            var half = step / 2;
            for (var y = 0; y < side; y += step)
            {
                for (var x = 0; x < side; x += step)
                {
                    Set(y + half, x + half, map[At(y, x)] + map[At(y + step, x)] + map[At(y, x + step)] + map[At(y + step, x + step)]);
                }
            }

            for (var y = 0; y < side; y += step)
            {
                for (var x = 0; x < side; x += step)
                {
                    Set(y, x + half, map[At(y, x)] + map[At(y, x + step)] + map[At(y + half, x + half)] + map[At(y - half, x + half)]);
                    Set(y + half, x, map[At(y, x)] + map[At(y + step, x)] + map[At(y + half, x + half)] + map[At(y + half, x - half)]);
                }
            }
        }

        var (low, high) = (map.Min(), map.Max());
        return [.. map.Select(height => (height - low) / (high - low))];

        int At(int y, int x) => ((y + side) % side * side) + ((x + side) % side);

        void Set(int y, int x, double sum) => map[At(y, x)] = (sum / 4) + (wibble * wibble * ((2 * numbers[At(y, x)]) - 1));
    }
}
