using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
public sealed class AdamW : AdamBase<AdamW.Options>
{
    /// <inheritdoc cref="optim.AdamW(IEnumerable{Parameter}, double, double, double, double, double, bool, bool)"/>
    public AdamW(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup(parameters, null)], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    /// <inheritdoc cref="optim.AdamW(IEnumerable{ParamGroup}, double, double, double, double, double, bool, bool)"/>
    public AdamW(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : base(parameters, With(lr, beta1, beta2, eps, weight_decay, amsgrad, maximize))
    {
    }

    private protected override void Update(Options options, double learningRate, OptimizerBatch batch)
    {
        if (options.weight_decay is { } decay && decay != 0)
        {
            batch.Multiply(batch.Parameters, 1 - (learningRate * decay), cell: 2);
        }

        Take(batch, batch.GradientsWith(0, options.maximize ?? false), options, learningRate);
    }

    private protected override OptimizerState NewState(Parameter parameter) => new State(parameter);

    /// <inheritdoc/>
    public sealed class Options : AdamOptions;

    /// <inheritdoc/>
    public sealed class State : AdamState
    {
        internal State(Parameter parameter)
            : base(parameter)
        {
        }
    }

    /// <summary>Parameters with options of their own.</summary>
    public sealed class ParamGroup : ParamGroup<Options>, optim.IBetas
    {
        /// <summary>Makes an empty group.</summary>
        public ParamGroup()
        {
        }

        /// <summary>Makes a group.</summary>
        public ParamGroup(IEnumerable<Parameter> parameters, Options? options)
            : base(parameters, options)
        {
        }

        /// <summary>Makes a group.</summary>
        public ParamGroup(
            IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, With(lr, beta1, beta2, eps, weight_decay, amsgrad, maximize))
        {
        }

        /// <inheritdoc/>
        public (double, double) Betas
        {
            get => Options.Betas;
            set => Options.Betas = value;
        }
    }
}
