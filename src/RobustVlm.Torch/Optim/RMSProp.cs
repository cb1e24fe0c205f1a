using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradients divided by a running root mean square (Hinton, lecture notes).</summary>
public sealed class RMSProp : OptimizerHelper, optim.IMomentum
{
    private readonly Options _defaults;

    /// <inheritdoc cref="optim.RMSProp(IEnumerable{Parameter}, double, double, double, double, double, bool, bool)"/>
    public RMSProp(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : this([new ParamGroup(parameters, new Options())], lr, alpha, eps, weight_decay, momentum, centered, maximize)
    {
    }

    /// <inheritdoc cref="optim.RMSProp(IEnumerable{ParamGroup}, double, double, double, double, double, bool, bool)"/>
    public RMSProp(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : base(3)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _defaults = new Options
        {
            LearningRate = lr,
            alpha = alpha,
            eps = eps,
            weight_decay = weight_decay,
            momentum = momentum,
            centered = centered,
            maximize = maximize,
        };
        foreach (var group in parameters)
        {
            add_param_group(group);
        }
    }

    /// <inheritdoc/>
    public double Momentum
    {
        get => _defaults.momentum ?? 0;
        set => _defaults.momentum = value;
    }

    private protected override void Complete(Modules.ParamGroup group)
    {
        var options = OptionsOf<Options>(group);
        Inherit(options, _defaults);
        options.alpha ??= _defaults.alpha;
        options.eps ??= _defaults.eps;
        options.weight_decay ??= _defaults.weight_decay;
        options.momentum ??= _defaults.momentum;
        options.centered ??= _defaults.centered;
        options.maximize ??= _defaults.maximize;
        Argument.NotNegative(options.alpha ?? 0, "alpha");
        Argument.NotNegative(options.eps ?? 0, "eps");
        Argument.NotNegative(options.weight_decay ?? 0, "weight_decay");
        Argument.NotNegative(options.momentum ?? 0, "momentum");
    }

    private protected override void Update(Modules.ParamGroup group, OptimizerBatch batch)
    {
        var options = OptionsOf<Options>(group);
        var alpha = options.alpha ?? 0;
        var gradients = batch.GradientsWith(options.weight_decay ?? 0, options.maximize ?? false);
        var squares = batch.Slot(0);
        batch.Multiply(squares, alpha, cell: 0);
        Aten._foreach_addcmul__Scalar(squares, gradients, gradients, 1 - alpha);
        Tensor[] denominators;
        if (options.centered == true)
        {
            var means = batch.Slot(2);
            batch.Multiply(means, alpha, cell: 0);
            Aten._foreach_add__List(means, gradients, 1 - alpha);
            denominators = [.. squares.Zip(means, (square, mean) => Aten.addcmul(square, mean, mean, -1))];
            Aten._foreach_sqrt_(denominators);
        }
        else
        {
            denominators = Aten._foreach_sqrt(squares);
        }

        batch.Add(denominators, options.eps ?? 0, cell: 1);
        if (options.momentum is { } momentum && momentum > 0)
        {
            var buffers = batch.Slot(1);
            batch.Multiply(buffers, momentum, cell: 2);
            Aten._foreach_addcdiv__Scalar(buffers, gradients, denominators, 1);
            Aten._foreach_add__List(batch.Parameters, buffers, -group.LearningRate);
        }
        else
        {
            Aten._foreach_addcdiv__Scalar(batch.Parameters, gradients, denominators, -group.LearningRate);
        }
    }

    /// <summary>Options of a group; null means the optimizer's.</summary>
    public sealed class Options : OptimizerOptions
    {
        /// <summary>Decay of the mean squared gradient.</summary>
        public double? alpha { get; set; }

        /// <summary>Added to the denominator.</summary>
        public double? eps { get; set; }

        /// <summary>Strength of the L2 penalty.</summary>
        public double? weight_decay { get; set; }

        /// <summary>Share of the previous step in the next.</summary>
        public double? momentum { get; set; }

        /// <summary>Whether to divide by the standard deviation.</summary>
        public bool? centered { get; set; }

        /// <summary>Whether to climb.</summary>
        public bool? maximize { get; set; }
    }

    /// <summary>Parameters with options of their own.</summary>
    public sealed class ParamGroup : ParamGroup<Options>, optim.IMomentum
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
            IEnumerable<Parameter> parameters, double lr = 1e-3, double eps = 1e-8, double alpha = 0.99, double weight_decay = 0, double momentum = 0, bool centered = false)
            : base(parameters, new Options { LearningRate = lr, eps = eps, alpha = alpha, weight_decay = weight_decay, momentum = momentum, centered = centered })
        {
        }

        /// <inheritdoc/>
        public double Momentum
        {
            get => Options.momentum ?? 0;
            set => Options.momentum = value;
        }
    }
}
