using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Parameters that are trained with the same options.</summary>
public class ParamGroup : optim.ILearningRateController
{
    /// <summary>The parameters.</summary>
    public IEnumerable<Parameter> Parameters { get; set; } = [];

    /// <summary>The options; null until the group was added to an optimizer or given some.</summary>
    public OptimizerOptions? Options { get; set; }

    /// <inheritdoc/>
    public double LearningRate
    {
        get => Set.LearningRate ?? 0;
        set => Set.LearningRate = value;
    }

    /// <inheritdoc/>
    public double InitialLearningRate
    {
        get => Set.InitialLearningRate;
        set => Set.InitialLearningRate = value;
    }

    private OptimizerOptions Set => Options ?? throw new InvalidOperationException("The group has no options yet; give it some or add it to an optimizer first.");
}

/// <summary>Parameters that are trained with the same options of a certain kind.</summary>
/// <typeparam name="TOptions">The optimizer's options.</typeparam>
public class ParamGroup<TOptions> : ParamGroup
    where TOptions : OptimizerOptions, new()
{
    /// <summary>Makes an empty group with the optimizer's options.</summary>
    public ParamGroup()
    {
    }

    /// <summary>Makes a group.</summary>
    public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
    {
        Parameters = parameters;
        base.Options = options;
    }

    /// <summary>The options; those left null are the optimizer's.</summary>
    public new TOptions Options
    {
        get => (TOptions)(base.Options ??= new TOptions());
        set => base.Options = value;
    }
}
