using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What batch and instance norm share: one mean and variance per channel, remembered from batch to batch.</summary>
public abstract class NormBase : AffineNorm
{
    private Tensor? _runningMean;
    private Tensor? _runningVar;
    private Tensor? _batches;

    private protected NormBase(
        string name, long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(name, eps)
    {
        Argument.Positive(num_features);
        (this.num_features, this.momentum) = (num_features, momentum);
        (this.affine, this.track_running_stats) = (affine, track_running_stats);
        if (affine)
        {
            MakeAffine([num_features], hasBias: true, device, dtype);
        }

        if (track_running_stats)
        {
            running_mean = zeros([num_features], dtype: dtype, device: device);
            running_var = ones([num_features], dtype: dtype, device: device);
            num_batches_tracked = zeros([], dtype: ScalarType.Int64, device: device);
        }
    }

    /// <summary>Channels of the input.</summary>
    public long num_features { get; }

    /// <summary>Share of the new batch in the running statistics; null for the plain average of all batches.</summary>
    public double? momentum { get; set; }

    /// <summary>Whether there are weight and bias.</summary>
    public bool affine { get; }

    /// <summary>Whether there are running statistics; without them every call normalises by its own.</summary>
    public bool track_running_stats { get; }

    /// <summary>Float buffer [C], 0 at the start, or null.</summary>
    public Tensor? running_mean
    {
        get => _runningMean;
        set => ConditionallyRegisterBuffer(nameof(running_mean), _runningMean = value);
    }

    /// <summary>Float buffer [C], 1 at the start, or null.</summary>
    public Tensor? running_var
    {
        get => _runningVar;
        set => ConditionallyRegisterBuffer(nameof(running_var), _runningVar = value);
    }

    /// <summary>Long buffer [], the number of training batches seen, or null.</summary>
    public Tensor? num_batches_tracked
    {
        get => _batches;
        set => ConditionallyRegisterBuffer(nameof(num_batches_tracked), _batches = value);
    }

    /// <summary>Whether this call normalises by its own statistics.</summary>
    private protected bool UsesOwnStatistics => training || !track_running_stats;

    /// <summary>Forgets the running statistics.</summary>
    public void reset_running_stats()
    {
        _runningMean?.zero_();
        _runningVar?.fill_(1);
        _batches?.zero_();
    }

    private protected void CheckDimensions(Tensor input, string wanted, params ReadOnlySpan<long> allowed)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!allowed.Contains(input.dim()))
        {
            throw new ArgumentException($"{GetName()} takes a tensor {wanted}, not one with {input.dim()} dimensions.", nameof(input));
        }
    }
}
