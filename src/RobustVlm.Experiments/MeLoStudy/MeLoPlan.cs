using RobustVlm.Methods;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>A method of the comparison.</summary>
/// <param name="Name">Name in labels, tables and plots.</param>
/// <param name="Mode">What is trained.</param>
/// <param name="Rank">Rank of low-rank updates; 0 without.</param>
public sealed record MeLoArm(string Name, MeLoMode Mode, int Rank = 0);

/// <summary>How a task is trained on, whatever the method.</summary>
/// <param name="Task">Name of the task.</param>
/// <param name="Pictures">Pictures per part.</param>
/// <param name="Epochs">Rounds through the training part.</param>
/// <param name="BatchSize">Pictures per batch.</param>
internal sealed record TaskPlan(string Task, TaskSizes Pictures, int Epochs, int BatchSize);

/// <summary>Everything that is fixed before the first run: tasks, methods, learning rates to choose from, seeds.</summary>
internal sealed record MeLoPlan
{
    /// <summary>The paper's rank.</summary>
    internal const int Rank = 4;

    /// <summary>Learning rates are chosen on this seed's validation parts; it is none of those that are reported.</summary>
    internal const ulong ChoosingSeed = 10;

    /// <summary>The paired seeds; for mammograms also the five folds.</summary>
    internal static IReadOnlyList<ulong> Seeds { get; } = [11, 12, 13, 14, 15];

    internal static MeLoArm Full { get; } = new("full fine-tuning", MeLoMode.FullFineTuning);

    internal static MeLoArm Probe { get; } = new("linear probe", MeLoMode.LinearProbe);

    internal static MeLoArm MeLo(int rank = Rank) => new($"MeLo, rank {rank}", MeLoMode.LowRank, rank);

    /// <summary>All methods.</summary>
    internal static IReadOnlyList<MeLoArm> Arms { get; } =
    [
        Full, Probe, MeLo(1), MeLo(2), MeLo(4), MeLo(8), MeLo(16), new("deep head", MeLoMode.DeepHead), new("from scratch", MeLoMode.FromScratch),
    ];

    /// <summary>The tasks.</summary>
    internal required IReadOnlyList<TaskPlan> Tasks { get; init; }

    /// <summary>How many of the three learning rates are tried.</summary>
    internal int LearningRates { get; init; } = 3;

    /// <summary>Widths of the timed transformers.</summary>
    internal IReadOnlyList<int> Widths { get; init; } = [128, 256];

    /// <summary>How often each thing is timed in one run.</summary>
    internal int Repetitions { get; init; } = 30;

    /// <summary>Pictures per timed batch.</summary>
    internal int TimedBatch { get; init; } = 32;

    internal static MeLoPlan For(Scale scale) => scale switch
    {
        Scale.Smoke => new()
        {
            Tasks =
            [
                new("tuberculosis", new(16, 12, 12), 1, 8),
                new("blood cells", new(16, 12, 12), 1, 8),
                new("chest findings", new(16, 12, 12), 1, 8),
                new("mammograms", new(36, 12, 12), 1, 12),
            ],
            LearningRates = 2,
            Widths = [128],
            Repetitions = 2,
            TimedBatch = 4,
        },
        Scale.Demo => new()
        {
            Tasks =
            [
                new("tuberculosis", new(530, 200, 1000), 16, 32),
                new("blood cells", new(1000, 200, 1000), 10, 32),
                new("chest findings", new(1500, 400, 2000), 8, 32),
                new("mammograms", new(246, 200, 1000), 20, 32),
            ],
        },
        Scale.Paper => throw new ArgumentException("At paper scale this experiment needs a pre-trained ViT-B/16 and the four sets; its sweep has smoke and demo only."),
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };

    /// <summary>
    /// The learning rates that are tried for a method, rising. Ranks share rank 4's choice: with alpha equal to the rank, the factor on an update is 1 for all.
    /// </summary>
    internal static IReadOnlyList<double> LearningRatesOf(MeLoMode mode) => mode switch
    {
        MeLoMode.FullFineTuning => [1e-4, 3e-4, 1e-3],
        MeLoMode.FromScratch => [3e-4, 1e-3, 3e-3],
        MeLoMode.LowRank => [3e-3, 1e-2, 3e-2],
        MeLoMode.LinearProbe => [3e-2, 1e-1, 3e-1],
        MeLoMode.DeepHead => [1e-3, 3e-3, 1e-2],
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Choose one of the five modes."),
    };

    /// <summary>The method whose learning rate another one uses: its own, or rank 4's.</summary>
    internal static MeLoArm TunedArm(MeLoArm arm) => arm.Mode == MeLoMode.LowRank ? MeLo() : arm;

    internal static MeLoRunOptions Fit(TaskPlan plan, MeLoArm arm, double learningRate, MeLoRunKind kind = MeLoRunKind.Fit) => new()
    {
        Kind = kind,
        Task = plan.Task,
        Mode = arm.Mode,
        Rank = arm.Rank,
        LearningRate = learningRate,
        Epochs = plan.Epochs,
        BatchSize = plan.BatchSize,
        Pictures = plan.Pictures,
    };

    internal MeLoRunOptions Speed(int width) => new() { Kind = MeLoRunKind.Speed, Rank = Rank, BatchSize = TimedBatch, Width = width, Repetitions = Repetitions };

    internal MeLoRunOptions Switching() => new() { Kind = MeLoRunKind.Switching, Rank = Rank, Repetitions = Repetitions };
}
