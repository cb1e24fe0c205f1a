using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Rendered radiographs with everything that is known about them. Long tensors hold -1 where a property does not apply.</summary>
public sealed class PhantomBatch : IDisposable
{
    /// <summary>Float tensor [N, 1, H, W], pixels in [0, 1]; white is absorption.</summary>
    public required Tensor Images { get; init; }

    /// <summary>Float tensor [N, 1, H, W]: 1 where the finding is, 0 elsewhere and for normal images.</summary>
    public required Tensor Masks { get; init; }

    /// <summary>
    /// Float tensor [N, 3, H, W]: 1 where the organ of <see cref="AnatomyNames"/> is, else 0; null unless
    /// <see cref="ChestPhantomOptions.AnatomyMasks"/> asks for it.
    /// </summary>
    public Tensor? Anatomy { get; init; }

    /// <summary>What the channels of <see cref="Anatomy"/> show.</summary>
    public static IReadOnlyList<string> AnatomyNames { get; } = ["right lung", "left lung", "heart"];

    /// <summary>Long tensor [N], index of the <see cref="Finding"/>.</summary>
    public required Tensor Labels { get; init; }

    /// <summary>Long tensor [N], index of the <see cref="BodySide"/>.</summary>
    public required Tensor Sides { get; init; }

    /// <summary>Long tensor [N], index of the <see cref="Severity"/>.</summary>
    public required Tensor Grades { get; init; }

    /// <summary>Float tensor [N], 0 without a finding, otherwise up to 1.</summary>
    public required Tensor Severities { get; init; }

    /// <summary>Long tensor [N], index of the <see cref="LungZone"/>.</summary>
    public required Tensor Zones { get; init; }

    /// <summary>Long tensor [N], index of the <see cref="RadiographSite"/>.</summary>
    public required Tensor Sites { get; init; }

    /// <summary>Long tensor [N], number of the patient, from 0 in each batch.</summary>
    public required Tensor Patients { get; init; }

    /// <summary>The reports of each image, as many for all.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Reports { get; init; }

    /// <summary>Number of images N.</summary>
    public int Count => (int)Labels.shape[0];

    private IEnumerable<Tensor> All => new[] { Images, Masks, Anatomy, Labels, Sides, Grades, Severities, Zones, Sites, Patients }.OfType<Tensor>();

    /// <summary>Some of the images, copied.</summary>
    /// <param name="indices">Positions in this batch, each from 0 to <see cref="Count"/> - 1; at least one.</param>
    /// <returns>A batch of its own; dispose it when done.</returns>
    /// <exception cref="ArgumentException">There is no position, or one outside the batch.</exception>
    public PhantomBatch Select(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.Count == 0 || indices.Any(index => index < 0 || index >= Count))
        {
            throw new ArgumentException($"Give at least one position, each from 0 to {Count - 1}.", nameof(indices));
        }

        using var scope = NewDisposeScope();
        var positions = tensor(indices.Select(index => (long)index).ToArray(), device: Labels.device);
        var batch = new PhantomBatch
        {
            Images = Images.index_select(0, positions),
            Masks = Masks.index_select(0, positions),
            Anatomy = Anatomy?.index_select(0, positions),
            Labels = Labels.index_select(0, positions),
            Sides = Sides.index_select(0, positions),
            Grades = Grades.index_select(0, positions),
            Severities = Severities.index_select(0, positions),
            Zones = Zones.index_select(0, positions),
            Sites = Sites.index_select(0, positions),
            Patients = Patients.index_select(0, positions),
            Reports = [.. indices.Select(index => Reports[index])],
        };
        batch.DetachFromDisposeScope();
        return batch;
    }

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in All)
        {
            tensor.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Count} chest phantoms of {Images.shape[3]} x {Images.shape[2]} pixels";

    internal void DetachFromDisposeScope()
    {
        foreach (var tensor in All)
        {
            tensor.DetachFromDisposeScope();
        }
    }
}
