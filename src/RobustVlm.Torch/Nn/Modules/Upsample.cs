using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Resizes the spatial dimensions to a size or by factors.</summary>
public sealed class Upsample : nn.Module<Tensor, Tensor>
{
    private readonly long[]? _size;
    private readonly double[]? _scaleFactor;

    internal Upsample(long[]? size, double[]? scale_factor, UpsampleMode mode, bool? align_corners, bool? recompute_scale_factor)
        : base(nameof(Upsample))
    {
        (_size, _scaleFactor, this.mode, this.align_corners) = (size, scale_factor, mode, align_corners);
        this.recompute_scale_factor = recompute_scale_factor;
    }

    /// <summary>Wanted size; empty when factors were given.</summary>
    public ReadOnlySpan<long> size => _size;

    /// <summary>Factors; empty when a size was given.</summary>
    public ReadOnlySpan<double> scale_factor => _scaleFactor;

    /// <summary>Kind of interpolation.</summary>
    public UpsampleMode mode { get; }

    /// <summary>Whether the corner pixels' centres stay in place.</summary>
    public bool? align_corners { get; }

    /// <summary>Whether the factors are computed again from the rounded size.</summary>
    public bool? recompute_scale_factor { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.interpolate(
        input, _size, _scaleFactor, (InterpolationMode)mode, align_corners, recompute_scale_factor ?? false);
}
