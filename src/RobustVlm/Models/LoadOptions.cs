namespace RobustVlm.Models;

/// <summary>How <see cref="Checkpoint"/> brings the names in a file and those of a model together.</summary>
public sealed record LoadOptions
{
    /// <summary>Whether a missing or an unexpected name is an error; otherwise the <see cref="LoadReport"/> lists it. A wrong shape always is one.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>Place of the weights in a PyTorch file, e.g. <c>teacher</c> or <c>state_dict.0</c>; null looks where training scripts put them.</summary>
    public string? At { get; init; }

    /// <summary>Beginning to take off the names in the file, e.g. <c>model.</c> of a Lightning module; names without it are left out.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Regular expression of names to leave alone, in the file and in the model, e.g. <c>^head\.</c> for another number of classes.</summary>
    public string? Skip { get; init; }

    /// <summary>Whether position embeddings made for another image size are resized (bicubic, as timm does it); otherwise they are of a wrong shape.</summary>
    public bool ResizePositions { get; init; }
}
