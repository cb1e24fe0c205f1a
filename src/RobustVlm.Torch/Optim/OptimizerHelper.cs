using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// What the optimizers share: groups, state per parameter, and steps that treat all parameters of a group in a few
/// native calls.
/// </summary>
public abstract partial class OptimizerHelper : optim.Optimizer
{
    private readonly List<OptimizerGroup> _groups = [];
    private readonly HashSet<nint> _known = [];

    private protected OptimizerHelper()
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<optim.ILearningRateController> ParamGroups => _groups.Select(group => group.Settings);

    /// <inheritdoc/>
    public override IEnumerable<Parameter> parameters() => States.Select(state => state.Parameter);

    private IEnumerable<OptimizerState> States => _groups.SelectMany(group => group.States);

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
        _groups.Add(new OptimizerGroup(param_group, given.Select(NewState)));
    }

    /// <summary>Moves the state after the parameters were moved. (It would follow them by itself at the next step.)</summary>
    public void to(Device device)
    {
        foreach (var state in States)
        {
            state.to(device);
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

    /// <summary>Empty state for a parameter.</summary>
    private protected abstract OptimizerState NewState(Parameter parameter);

    /// <summary>Empty options of this kind of optimizer.</summary>
    private protected abstract OptimizerOptions NewOptions();
}

/// <summary>The same with the optimizer's own kind of options.</summary>
/// <typeparam name="TOptions">The options.</typeparam>
public abstract class OptimizerHelper<TOptions> : OptimizerHelper
    where TOptions : OptimizerOptions, new()
{
    private protected OptimizerHelper(IEnumerable<ParamGroup<TOptions>> parameters, TOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Defaults = defaults;
        foreach (var group in parameters)
        {
            add_param_group(group);
        }
    }

    /// <summary>Options for groups that have none of their own.</summary>
    private protected TOptions Defaults { get; }

    private protected sealed override void Complete(ParamGroup group)
    {
        group.Options ??= NewOptions();
        OptionsOf(group).Complete(Defaults);
    }

    private protected sealed override void Update(ParamGroup group, OptimizerBatch batch) =>
        Update(OptionsOf(group), group.LearningRate, batch);

    /// <inheritdoc cref="Update(ParamGroup, OptimizerBatch)"/>
    private protected abstract void Update(TOptions options, double learningRate, OptimizerBatch batch);

    private protected sealed override OptimizerOptions NewOptions() => new TOptions();

    private static TOptions OptionsOf(ParamGroup group) => group.Options as TOptions
        ?? throw new ArgumentException($"The group's options are {group.Options?.GetType()}, this optimizer needs {typeof(TOptions)}.", nameof(group));
}
