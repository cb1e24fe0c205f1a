using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradient descent, with momentum if wanted (Sutskever et al. 2013).</summary>
public sealed class SGD : OptimizerHelper<SGD.Options>, optim.IMomentum
{
    /// <inheritdoc cref="optim.SGD(IEnumerable{Parameter}, double, double, double, double, bool, bool)"/>
    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : this([new ParamGroup(parameters, null)], lr, momentum, dampening, weight_decay, nesterov, maximize)
    {
    }

    /// <inheritdoc cref="optim.SGD(IEnumerable{ParamGroup}, double, double, double, double, bool, bool)"/>
    public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        : base(parameters, With(lr, momentum, dampening, weight_decay, nesterov, maximize))
    {
    }

    /// <inheritdoc/>
    public double Momentum
    {
        get => Defaults.momentum ?? 0;
        set => Defaults.momentum = value;
    }

    private protected override void Update(Options options, double learningRate, OptimizerBatch batch)
    {
        var momentum = options.momentum ?? 0;
        var direction = batch.GradientsWith(options.weight_decay ?? 0, options.maximize ?? false);
        if (momentum != 0)
        {
            // The buffer starts as the first gradient itself, without dampening.
            var first = batch.Phase == State.WithoutBuffer;
            var buffers = batch.Slot(0);
            if (!first)
            {
                batch.Multiply(buffers, momentum);
            }

            Aten._foreach_add__List(buffers, direction, first ? 1 : 1 - (options.dampening ?? 0));
            direction = options.nesterov == true ? Aten._foreach_add_List(direction, buffers, momentum) : buffers;
        }

        Aten._foreach_add__List(batch.Parameters, direction, -learningRate);
    }

    private protected override OptimizerState NewState(Parameter parameter) => new State(parameter);

    private static Options With(double lr, double momentum, double dampening, double weight_decay, bool nesterov, bool maximize) => new()
    {
        LearningRate = lr,
        momentum = momentum,
        dampening = dampening,
        weight_decay = weight_decay,
        nesterov = nesterov,
        maximize = maximize,
    };

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

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            Write(writer, momentum);
            Write(writer, dampening);
            Write(writer, weight_decay);
            Write(writer, nesterov);
            Write(writer, maximize);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            momentum = reader.ReadDouble();
            dampening = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            nesterov = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var other = (Options)source;
            (momentum, dampening, weight_decay, nesterov, maximize) =
                (other.momentum, other.dampening, other.weight_decay, other.nesterov, other.maximize);
        }

        internal override void Complete(OptimizerOptions defaults)
        {
            base.Complete(defaults);
            var other = (Options)defaults;
            momentum ??= other.momentum;
            dampening ??= other.dampening;
            weight_decay ??= other.weight_decay;
            nesterov ??= other.nesterov;
            maximize ??= other.maximize;
            Argument.NotNegative(momentum ?? 0, "momentum");
            Argument.NotNegative(weight_decay ?? 0, "weight_decay");
            if (nesterov == true && (momentum <= 0 || dampening != 0))
            {
                throw new ArgumentException("Nesterov momentum needs a momentum above 0 and no dampening.");
            }
        }
    }

    /// <summary>What is remembered about one parameter.</summary>
    public sealed class State : OptimizerState
    {
        internal const long WithoutBuffer = 0;

        internal State(Parameter parameter)
            : base(parameter, 1)
        {
        }

        /// <summary>The last direction, of the parameter's shape; null before the first step with momentum.</summary>
        public Tensor? momentum_buffer => Existing(0);

        internal override long Phase => momentum_buffer is null ? WithoutBuffer : 1;

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            ArgumentNullException.ThrowIfNull(writer);
            SaveOptionalSlot(writer, 0);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            ArgumentNullException.ThrowIfNull(reader);
            LoadOptionalSlot(reader, 0);
        }

        internal override void CountStep()
        {
        }
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
            : base(parameters, With(lr, momentum, dampening, weight_decay, nesterov, maximize))
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
