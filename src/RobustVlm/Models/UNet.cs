using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Segmenter that halves an image several times and puts it together again, with a shortcut at every level (Ronneberger et al. 2015, arXiv:1505.04597).</summary>
/// <remarks>Takes pixels; the normalisation is its first line. Convolutions are padded, so that masks have the image's size, and followed by batch normalisation.</remarks>
public sealed class UNet : nn.Module<Tensor, Tensor>, IModel<UNetOptions>
{
    private const int DeepestLevels = 8;

    // Field names are the keys of the checkpoint file.
    private readonly ModuleList<UNetLevel> down;
    private readonly ModuleList<ConvTranspose2d> grow;
    private readonly ModuleList<UNetLevel> up;
    private readonly Conv2d head;
    private readonly UNetOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public UNet(UNetOptions options, Generator random)
        : base(nameof(UNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ModelGuard.CheckChannels(options.Channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Classes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Width, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, DeepestLevels, nameof(options));
        ModelGuard.CheckWeights(40.0 * Math.Pow(4, options.Depth) * options.Width * options.Width);
        ModelGuard.CheckWeights((double)options.Width * options.Classes);
        this.options = options;
        int Width(int level) => options.Width << level;
        down = new ModuleList<UNetLevel>([.. Enumerable.Range(0, options.Depth + 1).Select(
            level => new UNetLevel(level == 0 ? options.Channels : Width(level - 1), Width(level)))]);
        var levels = Enumerable.Range(0, options.Depth).Reverse().ToArray();
        grow = new ModuleList<ConvTranspose2d>([.. levels.Select(level => nn.ConvTranspose2d(Width(level + 1), Width(level), 2, stride: 2))]);
        up = new ModuleList<UNetLevel>([.. levels.Select(level => new UNetLevel(2 * Width(level), Width(level)))]);
        head = nn.Conv2d(options.Width, options.Classes, 1);
        RegisterComponents();
        InitialWeights.Rectified(this, random);
    }

    /// <summary>Sizes of this model.</summary>
    public UNetOptions Options => options;

    /// <summary>Segments images.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], sides in multiples of 2 to the power of the depth.</param>
    /// <returns>Float tensor [N, K, H, W], logits: their sigmoid (one mask) or softmax (classes) is the probability.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input)
    {
        var multiple = 1 << options.Depth;
        ModelGuard.CheckImages(input, options.Channels, multiple, multiple);
        var x = PixelNormalization.Apply(input, options.Channels, options.PixelMean, options.PixelDeviation, head.weight.dtype);
        var shortcuts = new Stack<Tensor>();
        foreach (var level in down)
        {
            x = level.call(shortcuts.Count == 0 ? x : nn.functional.max_pool2d(x, 2));
            shortcuts.Push(x);
        }

        x = shortcuts.Pop();
        foreach (var (level, larger) in up.Zip(grow))
        {
            x = level.call(cat([shortcuts.Pop(), larger.call(x)], 1));
        }

        return head.call(x);
    }
}

/// <summary>Two convolutions at one level.</summary>
internal sealed class UNetLevel : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;

    internal UNetLevel(int entering, int channels)
        : base(nameof(UNetLevel))
    {
        (conv1, bn1) = (nn.Conv2d(entering, channels, 3, padding: 1, bias: false), nn.BatchNorm2d(channels));
        (conv2, bn2) = (nn.Conv2d(channels, channels, 3, padding: 1, bias: false), nn.BatchNorm2d(channels));
        RegisterComponents();
    }

    /// <summary>Applies both.</summary>
    /// <param name="input">Float tensor [N, C, H, W].</param>
    /// <returns>Float tensor [N, channels, H, W].</returns>
    public override Tensor forward(Tensor input) => bn2.call(conv2.call(bn1.call(conv1.call(input)).relu())).relu();
}
