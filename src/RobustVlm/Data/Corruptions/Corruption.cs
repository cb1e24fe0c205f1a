using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace RobustVlm.Data.Corruptions;

/// <summary>A corruption's work on a batch: tensor [N, C, H, W] and random numbers to a new tensor [N, C, H, W].</summary>
internal delegate Tensor CorruptionWork(Tensor images, CorruptionDraws draws);

/// <summary>A change that images meet in practice (noise, blur, weather, compression), at one of five severities (Hendrycks and Dietterich 2019, arXiv:1903.12261).</summary>
/// <remarks>Get them from a <see cref="CorruptionSet"/>. Nothing is rounded to 8 bits at the end; the published files are.</remarks>
public sealed class Corruption
{
    private const int SmallestSide = 16;

    private readonly CorruptionWork _work;
    private readonly bool _viaColour;

    internal Corruption(string set, string name, int severity, string parameters, CorruptionWork work, bool isRandom, bool viaColour)
    {
        (Set, Name, Severity, Parameters, _work, IsRandom, _viaColour) = (set, name, severity, parameters, work, isRandom, viaColour);
    }

    /// <summary>Name of the set it belongs to, e.g. <c>ImageNet-C</c>.</summary>
    public string Set { get; }

    /// <summary>Its name in the published files, e.g. <c>gaussian_noise</c>.</summary>
    public string Name { get; }

    /// <summary>1 (mild) to 5 (strong).</summary>
    public int Severity { get; }

    /// <summary>The numbers that belong to this severity.</summary>
    public string Parameters { get; }

    /// <summary>Whether random numbers are drawn; else every generator gives the same images.</summary>
    public bool IsRandom { get; }

    /// <summary>Corrupts images with random numbers that belong to the seed, this type and this severity: the same for all models.</summary>
    /// <param name="images">Float tensor [N, C, H, W] of any device, one or three channels, at least 16 pixels high and wide, in [0, 1].</param>
    /// <param name="seed">The seed of the evaluation.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="ArgumentException">The images have the wrong shape, type or range.</exception>
    public Tensor Apply(Tensor images, ulong seed)
    {
        using var random = Stream(seed);
        return Apply(images, random);
    }

    /// <summary>Corrupts images.</summary>
    /// <param name="images">Float tensor [N, C, H, W] of any device, one or three channels, at least 16 pixels high and wide, in [0, 1].</param>
    /// <param name="random">Source of the randomness; each image takes one number from it, so that batches of any size give the same images.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1].</returns>
    /// <exception cref="ArgumentException">The images have the wrong shape, type or range.</exception>
    public Tensor Apply(Tensor images, Generator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Check(images);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var draws = new CorruptionDraws(images, random);
        var given = images.detach();
        var result = _viaColour && images.shape[1] == 1
            ? ColourCorruptions.Luma(_work(given.expand(-1, 3, -1, -1).contiguous(), draws))
            : _work(given, draws);
        return result.clamp(0, 1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Severity} of {Set}" + (Parameters.Length == 0 ? "" : $" ({Parameters})");

    /// <summary>The generator that belongs to a seed, this type and this severity, in whatever set.</summary>
    internal Generator Stream(ulong seed)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{seed}/{Name}/{Severity}")));
        return new Generator(BitConverter.ToUInt64(hash) >> 1);
    }

    private static void Check(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.shape is not [> 0, 1 or 3, >= SmallestSide, >= SmallestSide])
        {
            throw new ArgumentException(
                $"Corruptions need images [N, 1 or 3, H, W] of at least {SmallestSide} pixels a side, not [{string.Join(", ", images.shape)}].", nameof(images));
        }

        if (images.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Images must be float32 with pixels in [0, 1], not {images.dtype}; divide bytes by 255.", nameof(images));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (!images.ge(0).logical_and(images.le(1)).all().item<bool>())
        {
            throw new ArgumentException("Pixels must lie in [0, 1] and be numbers; corrupt images before normalisation, bytes divided by 255.", nameof(images));
        }
    }
}
