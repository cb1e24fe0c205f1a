using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam (Kingma and Ba 2015, arXiv:1412.6980); its weight decay is an L2 penalty in the gradient.</summary>
public sealed class Adam : AdamBase<Adam.Options>
{
    /// <inheritdoc cref="optim.Adam(IEnumerable{Parameter}, double, double, double, double, double, bool, bool)"/>
    public Adam(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this([new ParamGroup(parameters, null)], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
    {
    }

    /// <inheritdoc cref="optim.Adam(IEnumerable{ParamGroup}, double, double, double, double, double, bool, bool)"/>
    public Adam(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : base(parameters, With(lr, beta1, beta2, eps, weight_decay, amsgrad, maximize))
    {
    }

    private protected override void Update(Options options, double learningRate, OptimizerBatch batch)
    {
        var gradients = batch.GradientsWith(options.weight_decay ?? 0, options.maximize ?? false);
        Take(batch, gradients, options, learningRate);
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
