using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Radiographs of several conditions as pictures of a world.</summary>
internal static class ConditionPictures
{
    private const int Choices = 4;

    /// <summary>What the masks show: everything abnormal, then the organs.</summary>
    internal static readonly string[] MaskNames = ["finding", .. PhantomBatch.AnatomyNames];

    /// <summary>Draws them.</summary>
    /// <param name="conditions">Float tensor [N, 15], 0 or 1, see <see cref="ChestConditions"/>.</param>
    /// <param name="labels">Long tensor [N], the class to give out.</param>
    /// <param name="options">Settings of the phantom.</param>
    /// <param name="caption">Writes the caption of one image.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="device">Where to draw; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <param name="findings">Float tensor [N, L], to give out as they are; null for none.</param>
    internal static WorldBatch Render(
        Tensor conditions, Tensor labels, ChestPhantomOptions options, Func<Chooser, int, string> caption,
        Generator random, Device? device, Action<double>? progress, Tensor? findings = null)
    {
        WorldGuard.Check(labels, 2, options.Size);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var target = device ?? random.device;
        var cases = ChestConditions.Cases(conditions.to(target), options, random);
        var choices = rand([labels.shape[0], Choices], device: random.device, generator: random).cpu().data<float>().ToArray();
        var drawn = new PhantomRenderer(options with { AnatomyMasks = true }).Render(cases, random, progress);
        var batch = new WorldBatch
        {
            Images = drawn.Images,
            Labels = labels.to(target, copy: true),
            Captions = [.. Enumerable.Range(0, (int)labels.shape[0]).Select(i => caption(new Chooser(choices.AsMemory(i * Choices, Choices)), i))],
            Masks = drawn.Anatomy is { } organs ? cat([drawn.Masks, organs], 1) : drawn.Masks,
            MaskNames = MaskNames,
            Findings = findings?.to(target, copy: true),
            Patients = cases.Patients,
        };
        return batch.DetachFromDisposeScope();
    }
}
