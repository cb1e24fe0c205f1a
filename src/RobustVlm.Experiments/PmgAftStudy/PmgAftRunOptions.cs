namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>What a run measures.</summary>
public enum PmgAftRunKind
{
    /// <summary>A fine-tuned model, scored on all sets without attack and under PGD.</summary>
    Fit,

    /// <summary>The same with another learning rate, on the seed that settings were chosen on.</summary>
    LearningRate,

    /// <summary>A fine-tuned model under stronger attacks, other losses and other budgets, on fewer pictures.</summary>
    Attacks,
}

/// <summary>The methods of the comparison.</summary>
public enum PmgAftArm
{
    /// <summary>The pre-trained model as it is.</summary>
    Original,

    /// <summary>Contrastive fine-tuning on clean pictures.</summary>
    FineTuneClean,

    /// <summary>Contrastive fine-tuning on attacked pictures.</summary>
    FineTuneAdversarial,

    /// <summary>Cross-entropy on attacked pictures.</summary>
    TeCoA,

    /// <summary>Embeddings of attacked pictures are kept near the original ones of clean pictures.</summary>
    Fare,

    /// <summary>Cross-entropy on clean pictures and a divergence of the attacked from the clean answer.</summary>
    Trades,

    /// <summary>PMG-AFT in the paper's form.</summary>
    PmgAft,

    /// <summary>PMG-AFT in the released code's form.</summary>
    PmgAftRepository,

    /// <summary>PMG-AFT without its clean term.</summary>
    General,

    /// <summary>PMG-AFT without its general term.</summary>
    Clean,

    /// <summary>TeCoA that trains a frame around the picture in place of the encoder.</summary>
    PadPrompt,

    /// <summary>TeCoA that trains tokens in place of the encoder.</summary>
    TokenPrompt,
}

/// <summary>Settings of one stored run of the experiment.</summary>
public sealed record PmgAftRunOptions
{
    /// <summary>What it measures.</summary>
    public PmgAftRunKind Kind { get; init; }

    /// <summary>The method.</summary>
    public PmgAftArm Arm { get; init; }

    /// <summary>Budget of the attacks in training, and of those that score, in grey levels of 255; 0 for a method without attack, which is scored at several budgets.</summary>
    public double Epsilon { get; init; }

    /// <summary>Largest learning rate; 0 for the pre-trained model.</summary>
    public double LearningRate { get; init; }

    /// <summary>Weight updates; 0 for the pre-trained model.</summary>
    public int Steps { get; init; }

    /// <summary>Pictures per batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Steps of the attack in training.</summary>
    public int TrainingAttackSteps { get; init; }

    /// <summary>Pictures of the source set to learn from.</summary>
    public int SourcePictures { get; init; }

    /// <summary>Pictures of each set to score on.</summary>
    public int Pictures { get; init; }

    /// <summary>Steps of the PGD that scores; those of the stronger attacks are <see cref="StrongSteps"/>.</summary>
    public int AttackSteps { get; init; }

    /// <summary>Steps of the stronger attacks; 0 without.</summary>
    public int StrongSteps { get; init; }
}
