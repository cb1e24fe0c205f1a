using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Settings of <see cref="Augmentation"/>. The defaults suit radiographs: no mirroring, since sides have a meaning.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Smallest side of the part that is cut out and enlarged, as a share of the image's side, in (0, 1].</summary>
    public double LeastCrop { get; init; } = 0.8;

    /// <summary>Largest rotation to either side in degrees.</summary>
    public double Rotation { get; init; } = 7;

    /// <summary>Whether every second image, by chance, is mirrored left to right.</summary>
    public bool Mirror { get; init; }

    /// <summary>Largest change of brightness, added; pixels lie in [0, 1].</summary>
    public double Brightness { get; init; } = 0.1;

    /// <summary>Largest relative change of contrast round the image's mean, in [0, 1).</summary>
    public double Contrast { get; init; } = 0.25;

    /// <summary>Largest change of a single colour channel, added; nothing happens to grey images.</summary>
    public double Colour { get; init; }

    /// <summary>Largest standard deviation of the added noise.</summary>
    public double Noise { get; init; } = 0.03;

    /// <summary>Probability that an image is blurred a little.</summary>
    public double Blur { get; init; }

    /// <summary>Strong changes for two-view self-supervision (after Chen et al. 2020, arXiv:2002.05709): small crops, contrast, noise, blur.</summary>
    public static AugmentationOptions TwoViews { get; } = new() { LeastCrop = 0.5, Rotation = 12, Brightness = 0.2, Contrast = 0.5, Noise = 0.06, Blur = 0.3 };
}

/// <summary>Random changes of images that keep what they show: crop, rotation, mirror, brightness, contrast, colour, blur, noise; for whole batches, on any device.</summary>
public sealed class Augmentation
{
    private readonly AugmentationOptions _options;

    /// <summary>Makes an augmentation.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public Augmentation(AugmentationOptions? options = null)
    {
        _options = options ?? new AugmentationOptions();
        Check(_options.LeastCrop is > 0 and <= 1, nameof(AugmentationOptions.LeastCrop), "above 0 and at most 1");
        Check(_options.Rotation is >= 0 and <= 180, nameof(AugmentationOptions.Rotation), "from 0 to 180 degrees");
        Check(_options.Brightness is >= 0 and <= 1, nameof(AugmentationOptions.Brightness), "from 0 to 1");
        Check(_options.Contrast is >= 0 and < 1, nameof(AugmentationOptions.Contrast), "from 0 up to, but not including, 1");
        Check(_options.Colour is >= 0 and <= 1, nameof(AugmentationOptions.Colour), "from 0 to 1");
        Check(_options.Noise is >= 0 and <= 1, nameof(AugmentationOptions.Noise), "from 0 to 1");
        Check(_options.Blur is >= 0 and <= 1, nameof(AugmentationOptions.Blur), "from 0 to 1");
    }

    /// <summary>Changes every image in its own way.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="random">Source of all randomness.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1].</returns>
    public Tensor Apply(Tensor images, Generator random)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(random);
        if (images.dim() != 4)
        {
            throw new ArgumentException($"Give images [N, C, H, W], not [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (count, channels) = (images.shape[0], images.shape[1]);
        var draws = new PhantomDraws(rand([count, 16], device: random.device, generator: random).to(images.device));
        var result = Look(Move(images, draws), draws, channels);
        if (_options.Blur > 0)
        {
            var blurred = nn.functional.avg_pool2d(nn.functional.pad(result, [1, 1, 1, 1], PaddingModes.Replicate), 3, 1);
            var which = draws.Chance(_options.Blur).unsqueeze(-1);
            result = result + which * (blurred - result);
        }

        if (_options.Noise > 0)
        {
            var noise = randn(result.shape, device: random.device, generator: random).to(result.device);
            result = result + noise * draws.Uniform(0, _options.Noise).unsqueeze(-1);
        }

        return result.clamp(0, 1).MoveToOuterDisposeScope();
    }

    private Tensor Move(Tensor images, PhantomDraws draws)
    {
        var scale = draws.Uniform(_options.LeastCrop, 1);
        var angle = draws.Uniform(-_options.Rotation, _options.Rotation) * (Math.PI / 180);
        var mirror = _options.Mirror ? 1 - 2 * draws.Chance(0.5) : ones_like(scale);
        var (right, down) = (draws.Uniform(-1, 1) * (1 - scale), draws.Uniform(-1, 1) * (1 - scale));
        var (cosine, sine) = (angle.cos() * scale, angle.sin() * scale);
        var rows = cat([cat([cosine * mirror, -sine, right], 2), cat([sine * mirror, cosine, down], 2)], 1);   // (N, 2, 3)
        var grid = nn.functional.affine_grid(rows, images.shape, align_corners: false);
        return nn.functional.grid_sample(images, grid, padding_mode: GridSamplePaddingMode.Border, align_corners: false);
    }

    private Tensor Look(Tensor images, PhantomDraws draws, long channels)
    {
        var mean = images.mean([1, 2, 3], keepdim: true);
        var contrast = draws.Uniform(1 - _options.Contrast, 1 + _options.Contrast).unsqueeze(-1);
        var result = (images - mean) * contrast + mean + draws.Uniform(-_options.Brightness, _options.Brightness).unsqueeze(-1);
        if (channels == 3 && _options.Colour > 0)
        {
            result = result + cat([Shift(), Shift(), Shift()], 1).unsqueeze(-1);
        }

        return result;

        Tensor Shift() => draws.Uniform(-_options.Colour, _options.Colour);
    }

    private static void Check(bool holds, string name, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, $"{name} must be {allowed}.");
        }
    }
}
