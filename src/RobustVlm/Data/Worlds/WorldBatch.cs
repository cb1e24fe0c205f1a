using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>Pictures of a world and what is known about them.</summary>
public sealed class WorldBatch : IDisposable
{
    /// <summary>Float tensor [N, C, H, W], pixels in [0, 1].</summary>
    public required Tensor Images { get; init; }

    /// <summary>Long tensor [N], class indices in [0, K).</summary>
    public required Tensor Labels { get; init; }

    /// <summary>One caption for each picture.</summary>
    public required IReadOnlyList<string> Captions { get; init; }

    /// <summary>Float tensor [N, M, H, W], 1 where the m-th of <see cref="MaskNames"/> is, else 0; null when the world has none.</summary>
    public Tensor? Masks { get; init; }

    /// <summary>What each mask shows, e.g. "left lung"; empty without masks.</summary>
    public IReadOnlyList<string> MaskNames { get; init; } = [];

    /// <summary>Float tensor [N, L], 1 for each label that holds, for worlds with several labels per picture; else null.</summary>
    public Tensor? Findings { get; init; }

    /// <summary>Long tensor [N], number of the patient or specimen from 0; null when every picture has its own.</summary>
    public Tensor? Patients { get; init; }

    /// <summary>Number of pictures N.</summary>
    public int Count => Captions.Count;

    private IEnumerable<Tensor> All => new[] { Images, Labels, Masks, Findings, Patients }.OfType<Tensor>();

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in All)
        {
            tensor.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Count} pictures of {Images.shape[3]} x {Images.shape[2]} pixels";

    internal WorldBatch DetachFromDisposeScope()
    {
        foreach (var tensor in All)
        {
            tensor.DetachFromDisposeScope();
        }

        return this;
    }
}
