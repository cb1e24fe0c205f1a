using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>The small residual network for 32-pixel images, with shortcuts that have no weights (He et al. 2016, arXiv:1512.03385, section 4.2, option A).</summary>
/// <remarks>
/// Takes pixels; the normalisation is its first line. Names are those of akamaster/pytorch_resnet_cifar10, whose ResNet-20 (8.27 % error) loads.
/// </remarks>
public sealed class CifarResNet : nn.Module<Tensor, Tensor>, IModel<CifarResNetOptions>
{
    // Field names are the keys of the checkpoint file.
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Linear linear;
    private readonly CifarResNetOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public CifarResNet(CifarResNetOptions options, Generator random)
        : base(nameof(CifarResNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ModelGuard.CheckStages(new StageDepths(options.BlocksPerStage, options.BlocksPerStage, options.BlocksPerStage, 1), options.Width, expansion: 1);
        ModelGuard.CheckChannels(options.Channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Classes, 1, nameof(options));
        if (options.Width % 2 != 0)
        {
            throw new ArgumentException($"The width {options.Width} must be even, since a shortcut pads half of it on each side.", nameof(options));
        }

        ModelGuard.CheckWeights(4.0 * options.Width * options.Classes);
        this.options = options;
        var width = options.Width;
        (conv1, bn1) = (nn.Conv2d(options.Channels, width, 3, padding: 1, bias: false), nn.BatchNorm2d(width));
        layer1 = Stage(width, width);
        layer2 = Stage(width, 2 * width);
        layer3 = Stage(2 * width, 4 * width);
        linear = nn.Linear(4 * width, options.Classes);
        RegisterComponents();
        InitialWeights.Rectified(this, random);
    }

    /// <summary>Sizes of this model.</summary>
    public CifarResNetOptions Options => options;

    /// <summary>Classifies images.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], sides in multiples of 4.</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public override Tensor forward(Tensor input) => linear.call(Features(input));

    /// <summary>The vector of each image from which its class is read.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1], sides in multiples of 4.</param>
    /// <returns>Float tensor [N, D], D four times the width.</returns>
    /// <exception cref="ArgumentException">The images have another size or number of channels.</exception>
    public Tensor Features(Tensor images)
    {
        ModelGuard.CheckImages(images, options.Channels, smallest: 8, multiple: 4);
        var x = PixelNormalization.Apply(images, options.Channels, options.PixelMean, options.PixelDeviation, conv1.weight.dtype);
        x = bn1.call(conv1.call(x)).relu();
        return layer3.call(layer2.call(layer1.call(x))).mean([2, 3]);
    }

    private Sequential Stage(int entering, int planes) => nn.Sequential(Enumerable.Range(0, options.BlocksPerStage).Select(
        block => (nn.Module<Tensor, Tensor>)new CifarBlock(block == 0 ? entering : planes, planes)));
}

/// <summary>A residual block whose shortcut takes every second pixel and pads channels of zeros.</summary>
internal sealed class CifarBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly int padding;   // channels of zeros on each side; none when the shape stays

    internal CifarBlock(int entering, int planes)
        : base(nameof(CifarBlock))
    {
        padding = (planes - entering) / 2;
        (conv1, bn1) = (nn.Conv2d(entering, planes, 3, stride: padding > 0 ? 2 : 1, padding: 1, bias: false), nn.BatchNorm2d(planes));
        (conv2, bn2) = (nn.Conv2d(planes, planes, 3, padding: 1, bias: false), nn.BatchNorm2d(planes));
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">Float tensor [N, C, H, W].</param>
    /// <returns>Float tensor [N, planes, H / stride, W / stride].</returns>
    public override Tensor forward(Tensor input)
    {
        var x = bn2.call(conv2.call(bn1.call(conv1.call(input)).relu()));
        return (x + Shortcut(input)).relu();
    }

    private Tensor Shortcut(Tensor input) => padding == 0
        ? input
        : nn.functional.pad(input[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)], [0, 0, 0, 0, padding, padding]);
}
