using RobustVlm.Methods.Nullspaces;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>What a stored run of the experiment measures.</summary>
public enum NullspaceRunKind
{
    /// <summary>Exact and approximate nullspace of the trained model, without fine-tuning.</summary>
    Analysis,

    /// <summary>Fine-tuning by one arm, with all scores.</summary>
    Tuning,

    /// <summary>The same at another epsilon, with quick scores only.</summary>
    Epsilon,
}

/// <summary>Settings of one stored run of the experiment.</summary>
public sealed record NullspaceRunOptions
{
    /// <summary>What it measures.</summary>
    public NullspaceRunKind Kind { get; init; }

    /// <summary>What the second half of the fine-tuning loss is computed on.</summary>
    public NullspaceArm Arm { get; init; }

    /// <summary>Largest mean squared distance of the probabilities of a batch.</summary>
    public double Epsilon { get; init; }

    /// <summary>Pictures to learn from.</summary>
    public int TrainPictures { get; init; }

    /// <summary>Pictures to choose the round by.</summary>
    public int ValidationPictures { get; init; }

    /// <summary>Pictures of each site to score on.</summary>
    public int TestPictures { get; init; }

    /// <summary>How many of them are attacked and corrupted.</summary>
    public int AttackedPictures { get; init; }

    /// <summary>Weight updates of the model that all arms start from.</summary>
    public int BaseSteps { get; init; }

    /// <summary>Rounds of the fine-tuning.</summary>
    public int Rounds { get; init; }

    /// <summary>Weight updates of a round.</summary>
    public int StepsPerRound { get; init; }

    /// <summary>Pictures per batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Largest learning rate of the fine-tuning.</summary>
    public double LearningRate { get; init; }

    /// <summary>Where the search for noise starts, in multiples of the root mean square of embedded patches.</summary>
    public double Limit { get; init; }

    /// <summary>Its step size, in the same unit.</summary>
    public double NoiseRate { get; init; }

    /// <summary>Its largest number of steps.</summary>
    public int NoiseSteps { get; init; }

    /// <summary>Steps of the search that weighs the length by lambda.</summary>
    public int LambdaSteps { get; init; }

    /// <summary>Budget of the attacks in training, in grey levels of 255.</summary>
    public double TrainingEpsilon { get; init; }

    /// <summary>Their steps, each of half the budget.</summary>
    public int TrainingAttackSteps { get; init; }

    /// <summary>Steps of the PGD that scores.</summary>
    public int AttackSteps { get; init; }

    /// <summary>Steps of Carlini and Wagner's attack for each weight it tries.</summary>
    public int CarliniWagnerSteps { get; init; }

    /// <summary>Whether AutoAttack's miniature is run.</summary>
    public bool AutoAttack { get; init; }
}
