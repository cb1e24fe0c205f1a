namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>What a run trains.</summary>
public enum PrivacyRunKind
{
    /// <summary>A model on a set of members, attacked at several checkpoints, with all controls.</summary>
    Training,

    /// <summary>The same number of steps on a larger set.</summary>
    SetSize,

    /// <summary>A training that shall memorise less.</summary>
    Defence,
}

/// <summary>How a training shall be kept from memorising.</summary>
public enum PrivacyDefence
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Every batch shows the members changed: cropped, turned, brighter or darker.</summary>
    Augmentation,

    /// <summary>A model that was trained on public pictures learns the members by low-rank updates alone.</summary>
    LowRank,
}

/// <summary>Settings of one stored run of the experiment.</summary>
public sealed record PrivacyRunOptions
{
    /// <summary>What it trains.</summary>
    public PrivacyRunKind Kind { get; init; }

    /// <summary>How it is kept from memorising.</summary>
    public PrivacyDefence Defence { get; init; }

    /// <summary>Images that the model is trained on.</summary>
    public int Members { get; init; }

    /// <summary>Members that are attacked, and as many others.</summary>
    public int Candidates { get; init; }

    /// <summary>Height and width of the images.</summary>
    public int ImageSize { get; init; }

    /// <summary>Channels of the network's first level.</summary>
    public int Width { get; init; }

    /// <summary>Weight updates.</summary>
    public int Steps { get; init; }

    /// <summary>Checkpoints that are attacked, each of half the steps of the next; the untrained model is one more.</summary>
    public int Checkpoints { get; init; }

    /// <summary>Images per batch.</summary>
    public int BatchSize { get; init; }

    /// <summary>Learning rate, which stays.</summary>
    public double LearningRate { get; init; }

    /// <summary>Images that are generated.</summary>
    public int Samples { get; init; }

    /// <summary>Draws of noise and of series that are averaged, and folds' repeats.</summary>
    public int Repeats { get; init; }
}
