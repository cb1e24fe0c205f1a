using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Convolutional network that describes an image by a short vector and draws it again from that (Hinton and Salakhutdinov 2006, doi:10.1126/science.1127647).</summary>
/// <remarks>Takes pixels; the normalisation is its first line. Drawn images are in [0, 1], through a sigmoid.</remarks>
public sealed class Autoencoder : nn.Module<Tensor, Tensor>, IModel<AutoencoderOptions>
{
    private const int DeepestLevels = 8;

    // Field names are the keys of the checkpoint file.
    private readonly ModuleList<Conv2d> shrink;
    private readonly Linear to_features;
    private readonly Linear from_features;
    private readonly ModuleList<ConvTranspose2d> grow;
    private readonly AutoencoderOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public Autoencoder(AutoencoderOptions options, Generator random)
        : base(nameof(Autoencoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        Check(options);
        this.options = options;
        int Width(int level) => options.Width << level;
        var side = options.ImageSize >> options.Depth;
        var flat = Width(options.Depth - 1) * side * side;
        shrink = new ModuleList<Conv2d>([.. Enumerable.Range(0, options.Depth).Select(
            level => nn.Conv2d(level == 0 ? options.Channels : Width(level - 1), Width(level), 3, stride: 2, padding: 1))]);
        to_features = nn.Linear(flat, options.Features);
        from_features = nn.Linear(options.Features, flat);
        grow = new ModuleList<ConvTranspose2d>([.. Enumerable.Range(0, options.Depth).Reverse().Select(
            level => nn.ConvTranspose2d(Width(level), level == 0 ? options.Channels : Width(level - 1), 4, stride: 2, padding: 1))]);
        RegisterComponents();
        InitialWeights.Rectified(this, random);
    }

    /// <summary>Sizes of this model.</summary>
    public AutoencoderOptions Options => options;

    /// <summary>Describes images and draws them again.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input) => Decode(Encode(input));

    /// <summary>Describes images.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <returns>Float tensor [N, D].</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public Tensor Encode(Tensor images)
    {
        ModelGuard.CheckImages(images, options.Channels, options.ImageSize);
        var x = PixelNormalization.Apply(images, options.Channels, options.PixelMean, options.PixelDeviation, to_features.weight.dtype);
        return to_features.call(shrink.Aggregate(x, (map, layer) => layer.call(map).relu()).flatten(1));
    }

    /// <summary>Draws images.</summary>
    /// <param name="features">Float tensor [N, D].</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="ArgumentException">The vectors have another length.</exception>
    public Tensor Decode(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.shape is not [_, var length] || length != options.Features)
        {
            throw new ArgumentException($"This model draws from features [N, {options.Features}], not [{string.Join(", ", features.shape)}]; make them with Encode.", nameof(features));
        }

        var side = options.ImageSize >> options.Depth;
        var x = from_features.call(features).view(features.shape[0], -1, side, side).relu();
        foreach (var (index, layer) in grow.Index())
        {
            x = layer.call(index == 0 ? x : x.relu());
        }

        return x.sigmoid();
    }

    private static void Check(AutoencoderOptions options)
    {
        ModelGuard.CheckChannels(options.Channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Width, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Features, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, DeepestLevels, nameof(options));
        if (options.ImageSize < 1 << options.Depth || options.ImageSize % (1 << options.Depth) != 0)
        {
            throw new ArgumentException(
                $"Images of {options.ImageSize} pixels cannot be halved {options.Depth} times; make the size a multiple of {1 << options.Depth}.", nameof(options));
        }

        var widest = options.Width * Math.Pow(2, options.Depth - 1);
        ModelGuard.CheckWeights((20 * widest * widest) + (widest * Math.Pow(options.ImageSize >> options.Depth, 2) * options.Features));
    }
}
