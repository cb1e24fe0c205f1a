using RobustVlm.Methods;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>What a run measures.</summary>
public enum MeLoRunKind
{
    /// <summary>A classifier, trained and tested.</summary>
    Fit,

    /// <summary>A classifier, trained to choose a learning rate: scored on the validation part, never on the test.</summary>
    LearningRate,

    /// <summary>Time of forward passes and training steps.</summary>
    Speed,

    /// <summary>Time to switch between tasks, and what they take on a disk.</summary>
    Switching,
}

/// <summary>Settings of one stored run of the experiment.</summary>
public sealed record MeLoRunOptions
{
    /// <summary>What it measures.</summary>
    public MeLoRunKind Kind { get; init; }

    /// <summary>Name of the target task; empty for <see cref="MeLoRunKind.Speed"/> and <see cref="MeLoRunKind.Switching"/>, which use random pictures.</summary>
    public string Task { get; init; } = "";

    /// <summary>What is trained.</summary>
    public MeLoMode Mode { get; init; }

    /// <summary>Rank of low-rank updates; alpha is the same, so that their factor is 1. 0 without updates.</summary>
    public int Rank { get; init; }

    /// <summary>Learning rate at the start.</summary>
    public double LearningRate { get; init; }

    /// <summary>Rounds through the training part.</summary>
    public int Epochs { get; init; }

    /// <summary>Pictures per batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Pictures per part of the task.</summary>
    public TaskSizes Pictures { get; init; } = new(0, 0, 0);

    /// <summary>Width of the timed transformer.</summary>
    public int Width { get; init; }

    /// <summary>How often each thing is timed.</summary>
    public int Repetitions { get; init; }
}
