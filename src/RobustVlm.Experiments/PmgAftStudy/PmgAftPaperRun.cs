namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Settings of one stored run at the paper's size.</summary>
public sealed record PmgAftPaperRun
{
    /// <summary>The method.</summary>
    public PmgAftArm Arm { get; init; }

    /// <summary>Weight updates; 0 for the pre-trained model.</summary>
    public int Steps { get; init; }

    /// <summary>Pictures per batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Budget in training and in scoring, in grey levels of 255.</summary>
    public double Epsilon { get; init; }

    /// <summary>Pictures of each set, at most.</summary>
    public int Pictures { get; init; }

    /// <summary>Steps of the attacks that score.</summary>
    public int AttackSteps { get; init; }

    /// <summary>The sets that were scored on, in the paper's order, as one line.</summary>
    public string Sets { get; init; } = "";
}
