namespace RobustVlm.Methods.Training;

/// <summary>One finished step of a training run.</summary>
/// <param name="Step">Steps finished so far, from 1.</param>
/// <param name="Total">Steps of the whole run.</param>
/// <param name="Loss">Loss of this step's batches.</param>
/// <param name="LearningRate">Learning rate of this step.</param>
public readonly record struct TrainingProgress(int Step, int Total, double Loss, double LearningRate);
