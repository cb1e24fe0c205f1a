namespace TorchSharp.Modules;

/// <summary>What every group of parameters has.</summary>
public class OptimizerOptions
{
    /// <summary>Step size; null for the optimizer's.</summary>
    public double? LearningRate { get; set; }

    /// <summary>Step size at the start, from which schedulers count.</summary>
    public double InitialLearningRate { get; set; }
}
