using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalises each channel of each sample to mean 0 and variance 1, then scales and shifts channels if wanted.</summary>
public abstract class InstanceNorm : NormBase
{
    private protected InstanceNorm(
        string name, long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(name, num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    private protected Tensor Normalize(Tensor input, int withoutBatch)
    {
        if (input.dim() == withoutBatch)
        {
            using var batch = Aten.unsqueeze(input, 0);
            using var result = Normalize(batch, 0);
            return Aten.squeeze_dim(result, 0);
        }

        if ((affine || track_running_stats) && input.shape[1] != num_features)
        {
            throw new ArgumentException($"The input has {input.shape[1]} channels, the layer {num_features}.", nameof(input));
        }

        return nn.functional.instance_norm(input, running_mean, running_var, weight, bias, UsesOwnStatistics, momentum ?? 0, eps);
    }
}

/// <summary>Instance norm of sequences [N, C, L] or [C, L].</summary>
/// <inheritdoc/>
public sealed class InstanceNorm1d : InstanceNorm
{
    internal InstanceNorm1d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(InstanceNorm1d), num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckDimensions(input, "[N, C, L] or [C, L]", 2, 3);
        return Normalize(input, withoutBatch: 2);
    }
}

/// <summary>Instance norm of images [N, C, H, W] or [C, H, W].</summary>
/// <inheritdoc/>
public sealed class InstanceNorm2d : InstanceNorm
{
    internal InstanceNorm2d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(InstanceNorm2d), num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckDimensions(input, "[N, C, H, W] or [C, H, W]", 3, 4);
        return Normalize(input, withoutBatch: 3);
    }
}

/// <summary>Instance norm of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
/// <inheritdoc/>
public sealed class InstanceNorm3d : InstanceNorm
{
    internal InstanceNorm3d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(InstanceNorm3d), num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckDimensions(input, "[N, C, D, H, W] or [C, D, H, W]", 4, 5);
        return Normalize(input, withoutBatch: 4);
    }
}
