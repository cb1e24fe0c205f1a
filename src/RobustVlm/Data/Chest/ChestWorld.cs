using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>The chest phantom as a world: seven classes, captions from its reports, masks of finding, lungs and heart.</summary>
/// <param name="options">Settings of the phantom, e.g. a shift; the size is that asked for in rendering. Null takes the defaults.</param>
public sealed class ChestWorld(ChestPhantomOptions? options = null) : IWorld
{
    // Synonyms per class in prompts; the shortest list has two.
    private const int PromptNames = 2;

    private readonly ChestPhantomOptions _options = options ?? new ChestPhantomOptions();

    /// <inheritdoc/>
    public string Name => "chest";

    /// <inheritdoc/>
    public string Title => "Chest radiographs";

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => Findings.Names;

    /// <inheritdoc/>
    public int Channels => 1;

    /// <inheritdoc/>
    public int? NativeSize => null;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Prompts { get; } =
        [.. Findings.All.Select(finding => ReportGrammar.Names[(int)finding].Take(PromptNames).SelectMany(ChestReports.PlainPrompts).ToArray())];

    /// <inheritdoc/>
    public WorldBatch Render(Tensor labels, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        WorldGuard.Check(labels, Classes.Count, size);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var phantom = new ChestPhantom(_options with { Size = size, ReportsPerImage = 1, AnatomyMasks = true });
        var drawn = phantom.Render(labels.to(device ?? random.device), random, device, progress);
        using var parts = drawn.Masks;
        using var organs = drawn.Anatomy;
        var batch = new WorldBatch
        {
            Images = drawn.Images,
            Labels = drawn.Labels,
            Captions = [.. drawn.Reports.Select(reports => reports[0])],
            Masks = organs is null ? parts.alias() : cat([parts, organs], 1),
            MaskNames = ConditionPictures.MaskNames,
            Patients = drawn.Patients,
        };
        foreach (var unused in new[] { drawn.Sides, drawn.Grades, drawn.Severities, drawn.Zones, drawn.Sites })
        {
            unused.Dispose();
        }

        return batch.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Title}: {string.Join(", ", Classes)}";
}
