using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Normalises each channel to mean 0 and variance 1, over the batch in training and by running statistics otherwise,
/// then scales and shifts.
/// </summary>
public abstract class BatchNorm : NormBase
{
    private protected BatchNorm(
        string name, long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(name, num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    private protected Tensor Normalize(Tensor input)
    {
        var share = momentum ?? 0;
        if (training && num_batches_tracked is { } batches)
        {
            Aten.add__Scalar(batches, 1, 1);
            share = momentum ?? 1.0 / batches.item<long>();
        }

        return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, UsesOwnStatistics, share, eps);
    }
}

/// <summary>Batch norm of features [N, C] or sequences [N, C, L].</summary>
/// <inheritdoc/>
public sealed class BatchNorm1d : BatchNorm
{
    internal BatchNorm1d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm1d), num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckDimensions(input, "[N, C] or [N, C, L]", 2, 3);
        return Normalize(input);
    }
}

/// <summary>Batch norm of images [N, C, H, W].</summary>
/// <inheritdoc/>
public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm2d), num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckDimensions(input, "[N, C, H, W]", 4);
        return Normalize(input);
    }
}

/// <summary>Batch norm of volumes [N, C, D, H, W].</summary>
/// <inheritdoc/>
public sealed class BatchNorm3d : BatchNorm
{
    internal BatchNorm3d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm3d), num_features, eps, momentum, affine, track_running_stats, device, dtype)
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        CheckDimensions(input, "[N, C, D, H, W]", 5);
        return Normalize(input);
    }
}
