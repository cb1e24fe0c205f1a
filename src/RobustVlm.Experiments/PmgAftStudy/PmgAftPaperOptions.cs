using RobustVlm.Models;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Settings of <see cref="PmgAftPaper"/>: the published ones, but for a thousand pictures of each set to score on.</summary>
public sealed record PmgAftPaperOptions
{
    /// <summary>Sizes of the model in the file.</summary>
    public ClipOptions Model { get; init; } = ClipOptions.ViTB32;

    /// <summary>The methods, the pre-trained model among them.</summary>
    public IReadOnlyList<PmgAftArm> Arms { get; init; } =
        [PmgAftArm.Original, PmgAftArm.FineTuneClean, PmgAftArm.FineTuneAdversarial, PmgAftArm.TeCoA, PmgAftArm.Fare, PmgAftArm.PmgAft];

    /// <summary>Seeds.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [11, 12, 13];

    /// <summary>Rounds through the source set.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Weight updates in place of rounds; 0 takes the rounds.</summary>
    public int Steps { get; init; }

    /// <summary>Pictures per batch in training; 0 takes each method's published number.</summary>
    public int BatchSize { get; init; }

    /// <summary>Largest number of pictures of each set to score on.</summary>
    public int Pictures { get; init; } = 1000;

    /// <summary>Pictures per batch in scoring.</summary>
    public int ScoringBatch { get; init; } = 256;

    /// <summary>Steps of PGD and of APGD.</summary>
    public int AttackSteps { get; init; } = 100;

    /// <summary>Budget in training and in scoring, in grey levels of 255.</summary>
    public double Epsilon { get; init; } = 1;
}
