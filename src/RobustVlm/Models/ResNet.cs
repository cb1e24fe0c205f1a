using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Residual network of four stages (He et al. 2016, arXiv:1512.03385).</summary>
/// <remarks>Takes pixels; the normalisation is its first line. Parameter names and layouts are torchvision's, strides too (in a block's 3 × 3 convolution).</remarks>
public sealed class ResNet : nn.Module<Tensor, Tensor>, IModel<ResNetOptions>
{
    // Field names are the keys of the checkpoint file.
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly nn.Module<Tensor, Tensor>? fc;
    private readonly ResNetOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public ResNet(ResNetOptions options, Generator random)
        : base(nameof(ResNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        var expansion = options.Bottleneck ? ClipBottleneck.Expansion : 1;
        ModelGuard.CheckStages(options.Stages, options.Width, expansion);
        ModelGuard.CheckChannels(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Classes, nameof(options));
        ModelGuard.CheckWeights(8.0 * expansion * options.Width * options.Classes);
        this.options = options;
        var width = options.Width;
        conv1 = options.SmallImages
            ? nn.Conv2d(options.Channels, width, 3, padding: 1, bias: false)
            : nn.Conv2d(options.Channels, width, 7, stride: 2, padding: 3, bias: false);
        bn1 = nn.BatchNorm2d(width);
        layer1 = Stage(width, width, options.Stages.First, 1);
        layer2 = Stage(expansion * width, 2 * width, options.Stages.Second, 2);
        layer3 = Stage(2 * expansion * width, 4 * width, options.Stages.Third, 2);
        layer4 = Stage(4 * expansion * width, 8 * width, options.Stages.Fourth, 2);
        fc = options.Classes > 0 ? nn.Linear(8 * expansion * width, options.Classes) : null;
        RegisterComponents();
        InitialWeights.Rectified(this, random);
    }

    /// <summary>Sizes of this model.</summary>
    public ResNetOptions Options => options;

    /// <summary>Classifies images, or gives their features when the model has no classes.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], from 32 pixels on.</param>
    /// <returns>Float tensor [N, K], logits; without classes [N, D], features.</returns>
    /// <exception cref="ArgumentException">The images are too small or have another number of channels.</exception>
    public override Tensor forward(Tensor input)
    {
        var features = Features(input);
        return fc is null ? features : fc.call(features);
    }

    /// <summary>The vector of each image from which its class is read.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], from 32 pixels on.</param>
    /// <returns>Float tensor [N, D].</returns>
    /// <exception cref="ArgumentException">The images are too small or have another number of channels.</exception>
    public Tensor Features(Tensor images)
    {
        const int smallest = 32;
        ModelGuard.CheckImages(images, options.Channels, options.SmallImages ? smallest / 4 : smallest, multiple: 1);
        var x = PixelNormalization.Apply(images, options.Channels, options.PixelMean, options.PixelDeviation, conv1.weight.dtype);
        x = bn1.call(conv1.call(x)).relu();
        if (!options.SmallImages)
        {
            x = nn.functional.max_pool2d(x, 3, stride: 2, padding: 1);
        }

        return layer4.call(layer3.call(layer2.call(layer1.call(x)))).mean([2, 3]);
    }

    private Sequential Stage(int entering, int planes, int blocks, int stride)
    {
        var leaving = options.Bottleneck ? ClipBottleneck.Expansion * planes : planes;
        nn.Module<Tensor, Tensor> Block(int from, int step) => options.Bottleneck
            ? new ResNetBottleneck(from, planes, step)
            : new BasicBlock(from, planes, step);
        return nn.Sequential(Enumerable.Range(0, blocks).Select(block => block == 0 ? Block(entering, stride) : Block(leaving, 1)));
    }
}

/// <summary>A residual block of two 3 × 3 convolutions.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    internal BasicBlock(int entering, int planes, int stride)
        : base(nameof(BasicBlock))
    {
        (conv1, bn1) = (nn.Conv2d(entering, planes, 3, stride: stride, padding: 1, bias: false), nn.BatchNorm2d(planes));
        (conv2, bn2) = (nn.Conv2d(planes, planes, 3, padding: 1, bias: false), nn.BatchNorm2d(planes));
        downsample = ResNetBottleneck.Shortcut(entering, planes, stride);
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">Float tensor [N, C, H, W].</param>
    /// <returns>Float tensor [N, planes, H / stride, W / stride].</returns>
    public override Tensor forward(Tensor input)
    {
        var x = bn2.call(conv2.call(bn1.call(conv1.call(input)).relu()));
        return (x + (downsample is null ? input : downsample.call(input))).relu();
    }
}

/// <summary>A residual block of a 1 × 1, a 3 × 3 and a 1 × 1 convolution.</summary>
internal sealed class ResNetBottleneck : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential? downsample;

    internal ResNetBottleneck(int entering, int planes, int stride)
        : base(nameof(ResNetBottleneck))
    {
        var leaving = ClipBottleneck.Expansion * planes;
        (conv1, bn1) = (nn.Conv2d(entering, planes, 1, bias: false), nn.BatchNorm2d(planes));
        (conv2, bn2) = (nn.Conv2d(planes, planes, 3, stride: stride, padding: 1, bias: false), nn.BatchNorm2d(planes));
        (conv3, bn3) = (nn.Conv2d(planes, leaving, 1, bias: false), nn.BatchNorm2d(leaving));
        downsample = Shortcut(entering, leaving, stride);
        RegisterComponents();
    }

    internal static Sequential? Shortcut(int entering, int leaving, int stride) => stride > 1 || entering != leaving
        ? nn.Sequential(nn.Conv2d(entering, leaving, 1, stride: stride, bias: false), nn.BatchNorm2d(leaving))
        : null;

    /// <summary>Applies the block.</summary>
    /// <param name="input">Float tensor [N, C, H, W].</param>
    /// <returns>Float tensor [N, 4 planes, H / stride, W / stride].</returns>
    public override Tensor forward(Tensor input)
    {
        var x = bn1.call(conv1.call(input)).relu();
        x = bn3.call(conv3.call(bn2.call(conv2.call(x)).relu()));
        return (x + (downsample is null ? input : downsample.call(input))).relu();
    }
}
