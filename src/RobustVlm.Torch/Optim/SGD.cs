using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradient descent, with momentum if wanted (Sutskever et al. 2013).</summary>
public sealed class SGD : OptimizerHelper, optim.IMomentum
{
    private readonly Options _defaults;

    /// <inheritdoc cref="optim.SGD(IEnumerable{Parameter}, double, double, double, double, bool, bool)"/>
    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup(parameters, new Options())], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    /// <inheritdoc cref="optim.SGD(IEnumerable{ParamGroup}, double, double, double, double, bool, bool)"/>
    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : base(1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _defaults = new Options
        {
            LearningRate = lr,
            momentum = momentum,
            dampening = dampening,
            weight_decay = weight_decay,
            nesterov = nesterov,
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
        options.momentum ??= _defaults.momentum;
        options.dampening ??= _defaults.dampening;
        options.weight_decay ??= _defaults.weight_decay;
        options.nesterov ??= _defaults.nesterov;
        options.maximize ??= _defaults.maximize;
        Argument.NotNegative(options.momentum ?? 0, "momentum");
        Argument.NotNegative(options.weight_decay ?? 0, "weight_decay");
        if (options.nesterov == true && (options.momentum <= 0 || options.dampening != 0))
        {
            throw new ArgumentException("Nesterov momentum needs a momentum above 0 and no dampening.", nameof(group));
        }
    }

    private protected override void Update(Modules.ParamGroup group, OptimizerBatch batch)
    {
        var options = OptionsOf<Options>(group);
        var momentum = options.momentum ?? 0;
        var direction = batch.GradientsWith(options.weight_decay ?? 0, options.maximize ?? false);
        if (momentum != 0)
        {
            // The buffer starts as the first gradient itself, without dampening.
            var buffers = batch.Slot(0);
            var first = batch.Steps == 0;
            if (!first)
            {
                batch.Multiply(buffers, momentum);
            }

            Aten._foreach_add__List(buffers, direction, first ? 1 : 1 - (options.dampening ?? 0));
            direction = options.nesterov == true ? Aten._foreach_add_List(direction, buffers, momentum) : buffers;
        }

        Aten._foreach_add__List(batch.Parameters, direction, -group.LearningRate);
    }

    /// <summary>Options of a group; null means the optimizer's.</summary>
    public sealed class Options : OptimizerOptions
    {
        /// <summary>Share of the previous step in the next.</summary>
        public double? momentum { get; set; }

        /// <summary>How much less than fully the gradient enters the momentum.</summary>
        public double? dampening { get; set; }

        /// <summary>Strength of the L2 penalty.</summary>
        public double? weight_decay { get; set; }

        /// <summary>Whether to look ahead.</summary>
        public bool? nesterov { get; set; }

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
        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize })
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
