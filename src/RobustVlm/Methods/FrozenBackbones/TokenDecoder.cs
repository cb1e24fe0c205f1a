using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>Settings of <see cref="TokenDecoder"/>. The defaults are the published ones for DINOv2 at 224 pixels; at 896 pixels the grid is 64.</summary>
public sealed record TokenDecoderOptions
{
    /// <summary>Length P of a token.</summary>
    public int InputWidth { get; init; } = 768;

    /// <summary>Tokens along one side of the image.</summary>
    public int Grid { get; init; } = 16;

    /// <summary>Height and width of the mask in pixels; a multiple of 2 to the power of the number of <see cref="Widths"/>.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Channels behind the first convolution of each of the doublings, as numbers with commas between them.</summary>
    public string Widths { get; init; } = "512,256,128,64";
}

/// <summary>
/// Makes a mask from the tokens of a frozen encoder: the segmentation decoder of Adaptor's released code (arXiv:2401.01179), after MGCA's (arXiv:2210.06044).
/// </summary>
/// <remarks>A convolution without padding takes the two outermost rows where that is what the doublings need; else the grid is padded and resized to the nearest.</remarks>
public sealed class TokenDecoder : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<DecoderLevel> levels;
    private readonly Conv2d last;
    private readonly TokenDecoderOptions options;
    private readonly int start;   // side of the grid before the first doubling

    /// <summary>Makes a decoder with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public TokenDecoder(TokenDecoderOptions options, Generator random)
        : base(nameof(TokenDecoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        int[] widths = [.. options.Widths.Split(',', StringSplitOptions.TrimEntries).Select(text => int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var width) && width > 0
            ? width
            : throw new ArgumentException($"'{options.Widths}' is no list of widths; write whole numbers with commas, e.g. 512,256,128,64.", nameof(options)))];
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InputWidth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Grid, 3, nameof(options));
        if (options.ImageSize < 1 || options.ImageSize % (1 << widths.Length) != 0)
        {
            throw new ArgumentException($"{widths.Length} doublings cannot end at {options.ImageSize} pixels; make the size a multiple of {1 << widths.Length}.", nameof(options));
        }

        ModelGuard.CheckWeights(9.0 * options.InputWidth * (options.InputWidth + widths.Max()) + (9.0 * widths.Max() * widths.Sum()));
        this.options = options;
        start = options.ImageSize >> widths.Length;
        int[] channels = [options.InputWidth, options.InputWidth, .. widths];
        levels = new ModuleList<DecoderLevel>([.. channels.Zip(channels.Skip(1)).Index().Select(
            level => new DecoderLevel(level.Item.First, level.Item.Second, level.Index == 0 && start == options.Grid - 2 ? 0 : 1))]);
        last = nn.Conv2d(widths[^1], 1, 3, padding: 1);
        RegisterComponents();
        InitialWeights.Rectified(this, random);
    }

    /// <summary>Segments.</summary>
    /// <param name="input">Float tensor [N, L, P], tokens row by row from the upper left.</param>
    /// <returns>Float tensor [N, 1, H, W], logits: their sigmoid is the probability.</returns>
    /// <exception cref="ArgumentException">There are more or fewer tokens, or they have another length.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.shape is not [var count, var tokens, var width] || tokens != (long)options.Grid * options.Grid || width != options.InputWidth)
        {
            throw new ArgumentException(
                $"This decoder takes tokens [N, {options.Grid * options.Grid}, {options.InputWidth}], not [{string.Join(", ", input.shape)}]; leave the class token out.", nameof(input));
        }

        var x = input.transpose(1, 2).reshape(count, width, options.Grid, options.Grid);
        foreach (var (index, level) in levels.Index())
        {
            x = level.call(x);
            var side = index == 0 ? start : 2 * x.shape[3];
            x = side == x.shape[3] ? x : nn.functional.interpolate(x, [side, side], mode: InterpolationMode.Nearest);
        }

        return last.call(x);
    }
}

/// <summary>A convolution with normalisation and rectifier.</summary>
internal sealed class DecoderLevel : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d norm;

    internal DecoderLevel(int entering, int leaving, int padding)
        : base(nameof(DecoderLevel))
    {
        (conv, norm) = (nn.Conv2d(entering, leaving, 3, padding: padding), nn.BatchNorm2d(leaving));
        RegisterComponents();
    }

    /// <summary>Applies both.</summary>
    /// <param name="input">Float tensor [N, C, H, W].</param>
    /// <returns>Float tensor [N, C, H, W], at least 0.</returns>
    public override Tensor forward(Tensor input) => norm.call(conv.call(input)).relu();
}
