using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Normalises each channel to mean 0 and variance 1, over the batch in training and by running statistics otherwise,
/// then scales and shifts.
/// </summary>
public sealed class BatchNorm2d : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;
    private Tensor? _runningMean;
    private Tensor? _runningVar;
    private Tensor? _batches;

    internal BatchNorm2d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm2d))
    {
        Argument.Positive(num_features);
        (this.num_features, this.eps, this.momentum) = (num_features, eps, momentum);
        (this.affine, this.track_running_stats) = (affine, track_running_stats);
        if (affine)
        {
            weight = Init.Filled(1, [num_features], device, dtype);
            bias = Init.Filled(0, [num_features], device, dtype);
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

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>Share of the new batch in the running statistics; null for the plain average of all batches.</summary>
    public double? momentum { get; set; }

    /// <summary>Whether there are weight and bias.</summary>
    public bool affine { get; }

    /// <summary>Whether there are running statistics; without them every call normalises over its batch.</summary>
    public bool track_running_stats { get; }

    /// <summary>Float parameter [C], 1 at the start, or null.</summary>
    public Parameter? weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value);
    }

    /// <summary>Float parameter [C], 0 at the start, or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
    }

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

    /// <summary>Forgets the running statistics.</summary>
    public void reset_running_stats()
    {
        _runningMean?.zero_();
        _runningVar?.fill_(1);
        _batches?.zero_();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dim() != 4)
        {
            throw new ArgumentException($"BatchNorm2d takes a tensor [N, C, H, W], not one with {input.dim()} dimensions.", nameof(input));
        }

        var share = momentum ?? 0;
        if (training && _batches is not null)
        {
            Aten.add__Scalar(_batches, 1, 1);
            share = momentum ?? 1.0 / _batches.item<long>();
        }

        return nn.functional.batch_norm(
            input, _runningMean, _runningVar, _weight, _bias, training || !track_running_stats, share, eps);
    }
}
