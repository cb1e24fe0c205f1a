namespace RobustVlm.Models;

/// <summary>Size and details of a <see cref="MnistConvNet"/>. The defaults are the provably robust network of Wong and Kolter.</summary>
public sealed record MnistConvNetOptions : IModelOptions<MnistConvNet>
{
    /// <summary>Zeros around both convolutions' inputs: 1, or 0 as in ERAN's network.</summary>
    public int Padding { get; init; } = 1;

    /// <summary>Subtracted from the pixels, on the [0, 1] scale.</summary>
    public double PixelMean { get; init; }

    /// <summary>The pixels are divided by it after the mean is subtracted.</summary>
    public double PixelDeviation { get; init; } = 1;

    /// <summary>
    /// <c>mnist.pth</c> of locuslab/convex_adversarial, trained to be provably robust at 0.1: 1.8 % clean error, 4.1 % under PGD, at most 5.8 %
    /// under any attack (Wong and Kolter 2018, arXiv:1711.00851).
    /// </summary>
    public static MnistConvNetOptions Robust { get; } = new();

    /// <summary><c>mnist_conv_small_nat.pth</c> of ERAN and alpha-beta-CROWN, trained without attacks.</summary>
    public static MnistConvNetOptions Natural { get; } = new() { Padding = 0, PixelMean = 0.1307, PixelDeviation = 0.3081 };

    /// <inheritdoc/>
    public MnistConvNet Create(TorchSharp.torch.Generator random) => new(this, random);
}
