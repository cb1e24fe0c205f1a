using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>y = x Wᵀ + b. Weight [out, in] and bias [out], both uniform in ±1/√in at the start.</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    private Parameter _weight = null!; // set by both constructors through the property
    private Parameter? _bias;

    internal Linear(Parameter weight, Parameter? bias)
        : base(nameof(Linear))
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.dim() != 2)
        {
            throw new ArgumentException($"The weight of a linear layer has 2 dimensions [out, in], not {weight.dim()}.", nameof(weight));
        }

        this.weight = weight;
        this.bias = bias;
        (out_features, in_features) = (weight.shape[0], weight.shape[1]);
    }

    internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype)
        : base(nameof(Linear))
    {
        Argument.Positive(inputSize);
        Argument.Positive(outputSize);
        (in_features, out_features) = (inputSize, outputSize);
        weight = Init.Empty([outputSize, inputSize], device, dtype);
        Init.KaimingUniform(weight);
        if (hasBias)
        {
            bias = Init.Empty([outputSize], device, dtype);
            Init.BiasOf(weight, bias);
        }
    }

    /// <summary>Size of the last dimension of the input.</summary>
    public long in_features { get; }

    /// <summary>Size of the last dimension of the output.</summary>
    public long out_features { get; }

    /// <summary>Float parameter [out, in].</summary>
    public Parameter weight
    {
        get => _weight;
        set => ConditionallyRegisterParameter(nameof(weight), _weight = value ?? throw new ArgumentNullException(nameof(value)));
    }

    /// <summary>Float parameter [out], or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => ConditionallyRegisterParameter(nameof(bias), _bias = value);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.linear(input, _weight, _bias);
}
