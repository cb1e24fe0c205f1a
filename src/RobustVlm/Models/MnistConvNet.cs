using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Two convolutions and two linear layers for 28-pixel grey digits: the network on which provable robustness was shown (Wong and Kolter 2018, arXiv:1711.00851).</summary>
/// <remarks>Takes pixels. Its parameters have the names of a plain sequence, <c>0</c>, <c>2</c>, <c>5</c> and <c>7</c>, as in the published files.</remarks>
public sealed class MnistConvNet : nn.Module<Tensor, Tensor>, IModel<MnistConvNetOptions>
{
    private const int ImageSize = 28;

    [ComponentName(Name = "0")]
    private readonly Conv2d first;

    [ComponentName(Name = "2")]
    private readonly Conv2d second;

    [ComponentName(Name = "5")]
    private readonly Linear hidden;

    [ComponentName(Name = "7")]
    private readonly Linear last;

    private readonly MnistConvNetOptions options;

    /// <summary>Makes a model with random weights.</summary>
    /// <param name="options">Details.</param>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <exception cref="ArgumentException">The padding is neither 0 nor 1, or the deviation not positive.</exception>
    public MnistConvNet(MnistConvNetOptions options, Generator random)
        : base(nameof(MnistConvNet))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        if (options.Padding is not (0 or 1) || !(options.PixelDeviation > 0))
        {
            throw new ArgumentException($"The padding is 0 or 1 and the deviation positive, not {options.Padding} and {options.PixelDeviation}.", nameof(options));
        }

        this.options = options;
        var side = options.Padding == 1 ? 7 : 5;
        first = nn.Conv2d(1, 16, 4, stride: 2, padding: options.Padding);
        second = nn.Conv2d(16, 32, 4, stride: 2, padding: options.Padding);
        hidden = nn.Linear(32 * side * side, 100);
        last = nn.Linear(100, 10);
        RegisterComponents();
        InitialWeights.Rectified(this, random);
    }

    /// <summary>Details of this model.</summary>
    public MnistConvNetOptions Options => options;

    /// <summary>Classifies digits.</summary>
    /// <param name="input">Float tensor [N, 1, 28, 28], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, 10], logits.</returns>
    /// <exception cref="ArgumentException">The images have another size.</exception>
    public override Tensor forward(Tensor input)
    {
        ModelGuard.CheckImages(input, channels: 1, ImageSize);
        var x = PixelNormalization.Apply(input, 1, ChannelValues.Same(options.PixelMean), ChannelValues.Same(options.PixelDeviation), first.weight.dtype);
        x = second.call(first.call(x).relu()).relu().flatten(1);
        return last.call(hidden.call(x).relu());
    }
}
