using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// What the optimizers share: groups, state per parameter, and steps that treat all parameters of a group in a few
/// native calls.
/// </summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    private readonly List<OptimizerGroup> _groups = [];
    private readonly HashSet<nint> _known = [];
    private readonly int _slots;

    /// <param name="slots">Number of state tensors per parameter.</param>
    private protected OptimizerHelper(int slots)
    {
        _slots = slots;
    }

    /// <inheritdoc/>
    public override IEnumerable<optim.ILearningRateController> ParamGroups => _groups.Select(group => group.Settings);

    /// <inheritdoc/>
    public override IEnumerable<Parameter> parameters() => _groups.SelectMany(group => group.States).Select(state => state.Parameter);

    /// <inheritdoc/>
    public override void zero_grad()
    {
        foreach (var group in _groups)
        {
            using var noGrad = no_grad();
            var gradients = group.States.Select(state => state.Parameter.grad).OfType<Tensor>().ToList();
            if (gradients.Count > 0)
            {
                Aten._foreach_zero_(gradients);
            }

            gradients.ForEach(gradient => gradient.Dispose());
        }
    }

    /// <inheritdoc/>
    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
        {
            using var record = enable_grad();
            loss = closure();
        }

        // Half a step would leave moments and weights that fit no step at all.
        using var whole = RobustVlm.Torch.Runtime.DeferInterrupts();
        using var noGrad = no_grad();
        using var scope = NewInnerScope();
        foreach (var group in _groups)
        {
            foreach (var batch in group.Batches())
            {
                Update(group.Settings, batch);
                batch.CountStep();
            }
        }

        return loss;
    }

    /// <inheritdoc/>
    public override void add_param_group(ParamGroup param_group)
    {
        ArgumentNullException.ThrowIfNull(param_group);
        var given = (param_group.Parameters ?? throw new ArgumentException("The group has no parameters.", nameof(param_group))).ToList();
        if (given.Count == 0)
        {
            throw new ArgumentException("There is no parameter to train; does the model call RegisterComponents() at the end of its constructor?", nameof(param_group));
        }

        if (given.Find(parameter => !parameter.is_leaf) is not null)
        {
            throw new ArgumentException("Only parameters can be trained, not results of operators.", nameof(param_group));
        }

        if (given.Exists(parameter => _known.Contains(parameter.Handle)) || given.DistinctBy(parameter => parameter.Handle).Count() < given.Count)
        {
            throw new ArgumentException("A parameter was given twice; it would be changed twice per step.", nameof(param_group));
        }

        Complete(param_group);
        _known.UnionWith(given.Select(parameter => parameter.Handle));
        _groups.Add(new OptimizerGroup(param_group, given, _slots));
    }

    /// <summary>Moves the state after the parameters were moved.</summary>
    public void to(Device device)
    {
        foreach (var state in _groups.SelectMany(group => group.States))
        {
            state.Move(device);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _groups.ForEach(group => group.Dispose());
        }
    }

    /// <summary>Gives the group the optimizer's options where it has none, and checks them.</summary>
    private protected abstract void Complete(ParamGroup group);

    /// <summary>Changes the parameters of a batch. Temporaries are freed after the step; state tensors stay.</summary>
    private protected abstract void Update(ParamGroup group, OptimizerBatch batch);

    /// <summary>The group's options, new ones when it has none.</summary>
    private protected static TOptions OptionsOf<TOptions>(ParamGroup group)
        where TOptions : OptimizerOptions, new() =>
        (group.Options ??= new TOptions()) as TOptions
            ?? throw new ArgumentException($"The group's options are {group.Options.GetType()}, this optimizer needs {typeof(TOptions)}.", nameof(group));

    /// <summary>Takes the optimizer's learning rate where the group has none.</summary>
    private protected static void Inherit(OptimizerOptions options, OptimizerOptions defaults)
    {
        options.LearningRate ??= defaults.LearningRate;
        options.InitialLearningRate = options.LearningRate ?? 0;
        Argument.NotNegative(options.LearningRate ?? 0, "lr");
    }
}
