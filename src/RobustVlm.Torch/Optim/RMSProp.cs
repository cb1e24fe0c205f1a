using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradients divided by a running root mean square (Hinton, lecture notes).</summary>
public sealed class RMSProp : OptimizerHelper<RMSProp.Options>, optim.IMomentum
{
    /// <inheritdoc cref="optim.RMSProp(IEnumerable{Parameter}, double, double, double, double, double, bool, bool)"/>
    public RMSProp(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : this([new ParamGroup(parameters, null)], lr, alpha, eps, weight_decay, momentum, centered, maximize)
    {
    }

    /// <inheritdoc cref="optim.RMSProp(IEnumerable{ParamGroup}, double, double, double, double, double, bool, bool)"/>
    public RMSProp(
        IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : base(parameters, With(lr, alpha, eps, weight_decay, momentum, centered, maximize))
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
        var alpha = options.alpha ?? 0;
        var gradients = batch.GradientsWith(options.weight_decay ?? 0, options.maximize ?? false);
        var squares = batch.Slot(State.Squares);
        batch.Multiply(squares, alpha, cell: 0);
        Aten._foreach_addcmul__Scalar(squares, gradients, gradients, 1 - alpha);
        Tensor[] denominators;
        if (options.centered == true)
        {
            var means = batch.Slot(State.Means);
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
            var buffers = batch.Slot(State.Momenta);
            batch.Multiply(buffers, momentum, cell: 2);
            Aten._foreach_addcdiv__Scalar(buffers, gradients, denominators, 1);
            Aten._foreach_add__List(batch.Parameters, buffers, -learningRate);
        }
        else
        {
            Aten._foreach_addcdiv__Scalar(batch.Parameters, gradients, denominators, -learningRate);
        }
    }

    private protected override OptimizerState NewState(Parameter parameter) => new State(parameter);

    private static Options With(double lr, double alpha, double eps, double weight_decay, double momentum, bool centered, bool maximize) => new()
    {
        LearningRate = lr,
        alpha = alpha,
        eps = eps,
        weight_decay = weight_decay,
        momentum = momentum,
        centered = centered,
        maximize = maximize,
    };

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

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            Write(writer, maximize);
            Write(writer, momentum);
            Write(writer, alpha);
            Write(writer, eps);
            Write(writer, weight_decay);
            Write(writer, centered);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            maximize = reader.ReadBoolean();
            momentum = reader.ReadDouble();
            alpha = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            centered = reader.ReadBoolean();
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var other = (Options)source;
            (alpha, eps, weight_decay, momentum, centered, maximize) =
                (other.alpha, other.eps, other.weight_decay, other.momentum, other.centered, other.maximize);
        }

        internal override void Complete(OptimizerOptions defaults)
        {
            base.Complete(defaults);
            var other = (Options)defaults;
            alpha ??= other.alpha;
            eps ??= other.eps;
            weight_decay ??= other.weight_decay;
            momentum ??= other.momentum;
            centered ??= other.centered;
            maximize ??= other.maximize;
            Argument.NotNegative(alpha ?? 0, "alpha");
            Argument.NotNegative(eps ?? 0, "eps");
            Argument.NotNegative(weight_decay ?? 0, "weight_decay");
            Argument.NotNegative(momentum ?? 0, "momentum");
        }
    }

    /// <summary>What is remembered about one parameter.</summary>
    public sealed class State : CountingState
    {
        internal const int Squares = 0;
        internal const int Momenta = 1;
        internal const int Means = 2;

        internal State(Parameter parameter)
            : base(parameter, 3)
        {
        }

        /// <summary>Running mean of the squared gradient, of the parameter's shape.</summary>
        public Tensor square_avg => Slot(Squares);

        /// <summary>The last direction, of the parameter's shape; null without momentum.</summary>
        public Tensor? momentum_buffer => Existing(Momenta);

        /// <summary>Running mean of the gradient, of the parameter's shape; null unless centered.</summary>
        public Tensor? grad_avg => Existing(Means);

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            SaveSlot(writer, Squares);
            SaveOptionalSlot(writer, Momenta);
            SaveOptionalSlot(writer, Means);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            LoadSlot(reader, Squares);
            LoadOptionalSlot(reader, Momenta);
            LoadOptionalSlot(reader, Means);
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
