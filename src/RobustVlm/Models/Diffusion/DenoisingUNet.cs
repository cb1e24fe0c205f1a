using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models.Diffusion;

/// <summary>Network of a text-conditioned diffusion model: a U-Net that is told the noise level and the caption (Ho et al. 2020, arXiv:2006.11239).</summary>
/// <remarks>
/// The caption is the mean of its words' vectors, added to that of the noise level; the empty caption has a vector too, for classifier-free guidance (Ho and Salimans 2022,
/// arXiv:2207.12598). There is no dropout. The transformer blocks have timm's names (<c>blocks.0.attn.qkv</c>), so that low-rank updates find them.
/// </remarks>
public sealed class DenoisingUNet : nn.Module<Tensor, Tensor, Tensor, Tensor>, IModel<DenoisingUNetOptions>, INoisePredictor
{
    private const int MostLevels = 8;
    private const double LongestWave = 10_000;

    // Field names are the keys of the checkpoint file.
    private readonly Linear time1;
    private readonly Linear time2;
    private readonly Embedding? words;
    private readonly Conv2d enter;
    private readonly ModuleList<DenoisingBlock> down;
    private readonly ModuleList<Conv2d> shrink;
    private readonly DenoisingBlock middle1;
    private readonly ModuleList<VisionBlock> blocks;
    private readonly DenoisingBlock middle2;
    private readonly ModuleList<DenoisingBlock> up;
    private readonly ModuleList<Conv2d> grow;
    private readonly GroupNorm norm;
    private readonly Conv2d leave;
    private readonly DenoisingUNetOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public DenoisingUNet(DenoisingUNetOptions options, Generator random)
        : base(nameof(DenoisingUNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        Check(options);
        this.options = options;
        var told = 4 * options.Width;
        int Width(int level) => options.Width * Math.Min(1 << level, options.WidestMultiple);
        var deepest = Width(options.Levels - 1);
        (time1, time2) = (nn.Linear(options.Width, told), nn.Linear(told, told));
        words = options.VocabularySize > 0 ? nn.Embedding(options.VocabularySize, told) : null;
        enter = nn.Conv2d(options.Channels, options.Width, 3, padding: 1);
        var levels = Enumerable.Range(0, options.Levels).ToArray();
        var inLevel = Enumerable.Range(0, options.BlocksPerLevel).ToArray();
        down = new ModuleList<DenoisingBlock>([.. levels.SelectMany(level => inLevel.Select(
            block => new DenoisingBlock(block > 0 ? Width(level) : Width(Math.Max(level - 1, 0)), Width(level), told)))]);
        shrink = new ModuleList<Conv2d>([.. levels.SkipLast(1).Select(level => nn.Conv2d(Width(level), Width(level), 3, stride: 2, padding: 1))]);
        middle1 = new DenoisingBlock(deepest, deepest, told);
        var sizes = new VisionTransformerOptions { Width = deepest, Heads = options.Heads, MlpRatio = 2 };
        blocks = new ModuleList<VisionBlock>([.. Enumerable.Range(0, options.AttentionBlocks).Select(_ => new VisionBlock(sizes, 1e-6))]);
        middle2 = new DenoisingBlock(deepest, deepest, told);
        up = new ModuleList<DenoisingBlock>([.. levels.Reverse().SelectMany(level => inLevel.Select(_ => new DenoisingBlock(2 * Width(level), Width(level), told)))]);
        grow = new ModuleList<Conv2d>([.. levels.Skip(1).Reverse().Select(level => nn.Conv2d(Width(level), Width(level - 1), 3, padding: 1))]);
        norm = nn.GroupNorm(DenoisingBlock.Groups, options.Width);
        leave = nn.Conv2d(options.Width, options.Channels, 3, padding: 1);
        RegisterComponents();
        Draw(random);
    }

    /// <summary>Sizes of this model.</summary>
    public DenoisingUNetOptions Options => options;

    /// <inheritdoc/>
    public Tensor Predict(Tensor noisy, Tensor levels, Tensor? captions)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        using var none = captions is null ? zeros([noisy.shape[0], 1], dtype: ScalarType.Int64, device: noisy.device) : null;
        return call(noisy, levels, captions ?? none!);
    }

    /// <summary>Predicts the noise.</summary>
    /// <param name="input1">Float tensor [N, C, H, W], noisy images in [-1, 1]; sides in multiples of 2 to the power of the levels less one.</param>
    /// <param name="input2">Long tensor [N], noise levels.</param>
    /// <param name="input3">Long tensor [N, T], tokens of the captions, 0 behind their end; nothing but 0 is the empty caption. Not looked at by a model without captions.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input1, Tensor input2, Tensor input3)
    {
        var multiple = 1 << (options.Levels - 1);
        ModelGuard.CheckImages(input1, options.Channels, multiple, multiple);
        var told = Told(input2, input3);
        var shortcuts = new Stack<Tensor>();
        var x = enter.call(input1.to(leave.weight.dtype));
        foreach (var (i, block) in down.Index())
        {
            x = i > 0 && i % options.BlocksPerLevel == 0 ? shrink[(i / options.BlocksPerLevel) - 1].call(x) : x;
            x = block.call(x, told);
            shortcuts.Push(x);
        }

        x = middle2.call(Attend(middle1.call(x, told)), told);
        foreach (var (i, block) in up.Index())
        {
            x = i > 0 && i % options.BlocksPerLevel == 0
                ? grow[(i / options.BlocksPerLevel) - 1].call(nn.functional.interpolate(x, scale_factor: [2, 2]))
                : x;
            x = block.call(cat([x, shortcuts.Pop()], 1), told);
        }

        return leave.call(nn.functional.silu(norm.call(x.to(leave.weight.dtype))));
    }

    private Tensor Attend(Tensor map)
    {
        if (blocks.Count == 0)
        {
            return map;
        }

        var tokens = blocks.Aggregate(map.to(leave.weight.dtype).flatten(2).transpose(1, 2), (x, block) => block.call(x));
        return tokens.transpose(1, 2).reshape(map.shape);
    }

    // What every residual block is told: noise level and caption, as one vector.
    private Tensor Told(Tensor levels, Tensor captions)
    {
        var half = options.Width / 2;
        var waves = (arange(half, dtype: ScalarType.Float32, device: levels.device) * (-Math.Log(LongestWave) / half)).exp();
        var angles = levels.to(ScalarType.Float32).unsqueeze(1) * waves;
        var told = time2.call(nn.functional.silu(time1.call(cat([angles.sin(), angles.cos()], 1).to(time1.weight.dtype))));
        if (words is null)
        {
            return nn.functional.silu(told);
        }

        // The first place is the vector of "no caption" and stands in where there is no word.
        var counted = captions.ne(0);
        var empty = counted.any(1, keepdim: true).logical_not();
        var weights = cat([counted.narrow(1, 0, 1).logical_or(empty), counted.narrow(1, 1, counted.shape[1] - 1)], 1).to(told.dtype);
        var text = (words.call(captions) * weights.unsqueeze(-1)).sum([1]) / weights.sum([1], keepdim: true);
        return nn.functional.silu(told + text);
    }

    private void Draw(Generator random)
    {
        foreach (var (_, module) in named_modules())
        {
            switch (module)
            {
                case Conv2d convolution:
                    InitialWeights.Uniform(convolution.weight, convolution.bias, convolution.weight.numel() / convolution.weight.shape[0], random);
                    break;
                case Linear linear:
                    InitialWeights.Uniform(linear.weight, linear.bias, linear.weight.shape[1], random);
                    break;
                case Embedding embedding:
                    InitialWeights.Normal(embedding.weight, 1, random);
                    break;
            }
        }
    }

    private static void Check(DenoisingUNetOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Channels, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Levels, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Levels, MostLevels, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BlocksPerLevel, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.AttentionBlocks, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.VocabularySize, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WidestMultiple, 1, nameof(options));
        if (options.Width < DenoisingBlock.Groups || options.Width % DenoisingBlock.Groups != 0)
        {
            throw new ArgumentException($"The width is a multiple of {DenoisingBlock.Groups}, the groups of its normalisation, not {options.Width}.", nameof(options));
        }

        var widest = (double)options.Width * options.WidestMultiple;
        ModelGuard.CheckWeights(widest * widest * 60 * options.Levels * options.BlocksPerLevel);
        ModelGuard.CheckWeights(4.0 * options.Width * options.VocabularySize);
        if (options.AttentionBlocks > 0)
        {
            ModelGuard.CheckBlocks(options.Width * Math.Min(1 << (options.Levels - 1), options.WidestMultiple), options.AttentionBlocks, options.Heads);
        }
    }
}

/// <summary>Two convolutions beside a shortcut; in between comes what the network is told.</summary>
internal sealed class DenoisingBlock : nn.Module<Tensor, Tensor, Tensor>
{
    internal const int Groups = 8;

    private readonly GroupNorm norm1;
    private readonly Conv2d conv1;
    private readonly Linear told;
    private readonly GroupNorm norm2;
    private readonly Conv2d conv2;
    private readonly Conv2d? shortcut;

    internal DenoisingBlock(int entering, int channels, int told)
        : base(nameof(DenoisingBlock))
    {
        (norm1, conv1) = (nn.GroupNorm(Groups, entering), nn.Conv2d(entering, channels, 3, padding: 1));
        this.told = nn.Linear(told, channels);
        (norm2, conv2) = (nn.GroupNorm(Groups, channels), nn.Conv2d(channels, channels, 3, padding: 1));
        shortcut = entering == channels ? null : nn.Conv2d(entering, channels, 1);
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input1">Float tensor [N, entering, H, W].</param>
    /// <param name="input2">Float tensor [N, D], what it is told.</param>
    /// <returns>Float tensor [N, channels, H, W].</returns>
    public override Tensor forward(Tensor input1, Tensor input2)
    {
        var type = conv1.weight.dtype;   // autocast hands over shorter numbers, which group normalisation does not take
        var x = conv1.call(nn.functional.silu(norm1.call(input1.to(type)))) + told.call(input2).unsqueeze(-1).unsqueeze(-1);
        return conv2.call(nn.functional.silu(norm2.call(x.to(type)))) + (shortcut?.call(input1) ?? input1);
    }
}
