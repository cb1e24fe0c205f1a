using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>CLIP's ResNet for images: three convolutions at the start, averages before strides, attention pooling at the end (Radford et al. 2021, arXiv:2103.00020).</summary>
/// <remarks>Takes pixels; the normalisation is its first line. Parameter names and layouts are those of OpenAI's RN50.</remarks>
public sealed class ClipResNet : nn.Module<Tensor, Tensor>, IModel<ClipVisionOptions>
{
    /// <summary>Pixels of the image per side of the last map.</summary>
    internal const int Reduction = 32;

    // Field names are the keys of the checkpoint file.
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly AttentionPool attnpool;
    private readonly ClipVisionOptions options;

    /// <summary>Makes an encoder with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="embeddingSize">Length of an embedding.</param>
    /// <param name="random">Source of the initial weights.</param>
    public ClipResNet(ClipVisionOptions options, int embeddingSize, Generator random)
        : base(nameof(ClipResNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingSize, 1);
        ModelGuard.CheckVision(options with { Tower = ClipTower.ResNet });
        this.options = options;
        var (width, half) = (options.Width, options.Width / 2);
        (conv1, bn1) = (nn.Conv2d(options.Channels, half, 3, stride: 2, padding: 1, bias: false), nn.BatchNorm2d(half));
        (conv2, bn2) = (nn.Conv2d(half, half, 3, padding: 1, bias: false), nn.BatchNorm2d(half));
        (conv3, bn3) = (nn.Conv2d(half, width, 3, padding: 1, bias: false), nn.BatchNorm2d(width));
        layer1 = Stage(width, width, options.Stages.First, stride: 1);
        layer2 = Stage(4 * width, 2 * width, options.Stages.Second, stride: 2);
        layer3 = Stage(8 * width, 4 * width, options.Stages.Third, stride: 2);
        layer4 = Stage(16 * width, 8 * width, options.Stages.Fourth, stride: 2);
        attnpool = new AttentionPool(options.ImageSize / Reduction, 32 * width, options.Heads, embeddingSize, random);
        RegisterComponents();
        DrawConvolutions(random);
    }

    /// <summary>Sizes of this encoder.</summary>
    public ClipVisionOptions Options => options;

    /// <summary>Encodes images.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], of the size in <see cref="Options"/>.</param>
    /// <returns>Float tensor [N, embedding], not normalised.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input)
    {
        ModelGuard.CheckImages(input, options.Channels, options.ImageSize);
        var x = PixelNormalization.Apply(input, options.Channels, options.PixelMean, options.PixelDeviation, conv1.weight.dtype);
        x = bn1.call(conv1.call(x)).relu();
        x = bn2.call(conv2.call(x)).relu();
        x = bn3.call(conv3.call(x)).relu();
        x = nn.functional.avg_pool2d(x, 2);
        return attnpool.call(layer4.call(layer3.call(layer2.call(layer1.call(x)))));
    }

    private static Sequential Stage(int entering, int planes, int blocks, int stride) => nn.Sequential(
        Enumerable.Range(0, blocks).Select(block => (nn.Module<Tensor, Tensor>)new ClipBottleneck(
            block == 0 ? entering : ClipBottleneck.Expansion * planes, planes, block == 0 ? stride : 1)));

    // As OpenAI's: what PyTorch gives convolutions, and residual branches that start closed.
    private void DrawConvolutions(Generator random)
    {
        foreach (var (name, module) in named_modules())
        {
            if (module is Conv2d convolution)
            {
                InitialWeights.Uniform(convolution.weight, null, convolution.weight.numel() / convolution.weight.shape[0], random);
            }
            else if (module is BatchNorm2d norm && name.StartsWith("layer", StringComparison.Ordinal) && name.EndsWith("bn3", StringComparison.Ordinal) && norm.weight is { } weight)
            {
                nn.init.zeros_(weight);
            }
        }
    }
}

/// <summary>A residual block of three convolutions in which an average, not a stride, makes the map smaller.</summary>
internal sealed class ClipBottleneck : nn.Module<Tensor, Tensor>
{
    internal const int Expansion = 4;

    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential? downsample;
    private readonly int stride;

    internal ClipBottleneck(int entering, int planes, int stride)
        : base(nameof(ClipBottleneck))
    {
        this.stride = stride;
        (conv1, bn1) = (nn.Conv2d(entering, planes, 1, bias: false), nn.BatchNorm2d(planes));
        (conv2, bn2) = (nn.Conv2d(planes, planes, 3, padding: 1, bias: false), nn.BatchNorm2d(planes));
        (conv3, bn3) = (nn.Conv2d(planes, Expansion * planes, 1, bias: false), nn.BatchNorm2d(Expansion * planes));
        downsample = stride > 1 || entering != Expansion * planes
            ? nn.Sequential(nn.Conv2d(entering, Expansion * planes, 1, bias: false), nn.BatchNorm2d(Expansion * planes))
            : null;
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">Float tensor [N, C, H, W].</param>
    /// <returns>Float tensor [N, 4 planes, H / stride, W / stride].</returns>
    public override Tensor forward(Tensor input)
    {
        var x = bn1.call(conv1.call(input)).relu();
        x = Smaller(bn2.call(conv2.call(x)).relu());
        x = bn3.call(conv3.call(x));
        return (x + (downsample is null ? input : downsample.call(Smaller(input)))).relu();
    }

    private Tensor Smaller(Tensor map) => stride > 1 ? nn.functional.avg_pool2d(map, stride) : map;
}

/// <summary>Pools a map by attention whose query is the mean of all places.</summary>
internal sealed class AttentionPool : nn.Module<Tensor, Tensor>
{
    private readonly Parameter positional_embedding;   // [1 + places, D]
    private readonly Linear k_proj;
    private readonly Linear q_proj;
    private readonly Linear v_proj;
    private readonly Linear c_proj;
    private readonly int heads;

    internal AttentionPool(int side, int width, int heads, int embeddingSize, Generator random)
        : base(nameof(AttentionPool))
    {
        this.heads = heads;
        positional_embedding = new Parameter(empty((side * side) + 1, width));
        k_proj = nn.Linear(width, width);
        q_proj = nn.Linear(width, width);
        v_proj = nn.Linear(width, width);
        c_proj = nn.Linear(width, embeddingSize);
        var deviation = Math.Pow(width, -0.5);
        InitialWeights.Normal(positional_embedding, deviation, random);
        foreach (var projection in new[] { k_proj, q_proj, v_proj, c_proj })
        {
            InitialWeights.Linear(projection, deviation, random);
        }

        RegisterComponents();
    }

    /// <summary>Pools.</summary>
    /// <param name="input">Float tensor [N, D, H, W].</param>
    /// <returns>Float tensor [N, embedding].</returns>
    public override Tensor forward(Tensor input)
    {
        var places = input.flatten(2).transpose(1, 2);                                        // (N, places, D)
        var tokens = cat([places.mean([1], keepdim: true), places], 1) + positional_embedding;   // (N, T, D)
        var query = q_proj.call(tokens.narrow(1, 0, 1)) * Math.Pow((double)tokens.shape[2] / heads, -0.5);
        var scores = Heads(query).matmul(Heads(k_proj.call(tokens)).transpose(-2, -1));         // (N, heads, 1, T)
        var mixed = nn.functional.softmax(scores, -1).matmul(Heads(v_proj.call(tokens)));         // (N, heads, 1, D / heads)
        return c_proj.call(mixed.reshape(input.shape[0], -1));
    }

    private Tensor Heads(Tensor tokens) => tokens.view(tokens.shape[0], tokens.shape[1], heads, -1).transpose(1, 2);
}
