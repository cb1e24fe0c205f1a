using RobustVlm.Data.Worlds;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Settings of <see cref="ChestXray14"/>.</summary>
public sealed record ChestXray14Options
{
    /// <summary>Where the radiographs were taken; null mixes both sites in equal parts.</summary>
    public RadiographSite? Site { get; init; }

    /// <summary>What goes wrong on the way to the picture.</summary>
    public RadiographShift Shift { get; init; }

    /// <summary>Neighbouring images with the same anatomy, at least one.</summary>
    public int ImagesPerPatient { get; init; } = 1;

    /// <summary>Labels that are rarer in the real set are drawn with this probability, in [0, 0.2]; 0 keeps the real numbers.</summary>
    public double LeastPrevalence { get; init; } = 0.02;
}

/// <summary>Chest radiographs with none, one or several of the 14 labels of NIH ChestX-ray14 (Wang et al. 2017), as rare as there.</summary>
/// <remarks>
/// Each label is drawn with a side, place and severity of its own. Two thirds of the patients are ill at all, which makes several labels
/// in one image, and images without any, as frequent as in the real set.
/// </remarks>
public sealed class ChestXray14
{
    // 112 120 images of the real set; the number with each label, from its published table.
    private const double RealImages = 112120;

    // With this share of ill patients 54 % of the images have no label, as in the real set.
    private const double IllShare = 0.67;

    private const double MostPrevalence = 0.2;

    private static readonly string[] s_names =
    [
        "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia", "Pneumothorax",
        "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening", "Hernia",
    ];

    private static readonly double[] s_realCounts = [11559, 2776, 13317, 19894, 5782, 6331, 1431, 5302, 4667, 2303, 2516, 1686, 3385, 227];

    private readonly ChestXray14Options _options;

    /// <summary>Makes the set.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ChestXray14(ChestXray14Options? options = null)
    {
        _options = options ?? new ChestXray14Options();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ImagesPerPatient, 1, nameof(options));
        if (_options.LeastPrevalence is not (>= 0 and <= MostPrevalence))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.LeastPrevalence, $"Choose LeastPrevalence from 0 to {MostPrevalence}.");
        }
    }

    /// <summary>The 14 labels, spelled and ordered as in the real set.</summary>
    public static IReadOnlyList<string> Labels => s_names;

    /// <summary>Probability of each label.</summary>
    public IReadOnlyList<double> Prevalences => [.. s_realCounts.Select(count => Math.Max(count / RealImages, _options.LeastPrevalence))];

    /// <summary>Draws radiographs with labels as frequent as <see cref="Prevalences"/> says.</summary>
    /// <param name="count">Number of images N, at least one.</param>
    /// <param name="size">Height and width in pixels, 16 to 512.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="device">Where to draw; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>
    /// Images with <see cref="WorldBatch.Findings"/> [N, 14]; its labels are 1 where there is any. The masks are those of all findings together, lungs and heart.
    /// </returns>
    public WorldBatch Render(int count, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var share = tensor(Prevalences.Select(p => (float)(p / IllShare)).ToArray(), device: random.device);
        var ill = rand([count, 1], device: random.device, generator: random).lt(IllShare);
        var findings = rand([count, s_names.Length], device: random.device, generator: random).lt(share).logical_and(ill).to(ScalarType.Float32);
        return Render(findings, size, random, device, progress);
    }

    /// <summary>Draws radiographs with given labels.</summary>
    /// <param name="findings">Float tensor [N, 14], 1 for each label that holds, else 0.</param>
    /// <param name="size">Height and width in pixels, 16 to 512.</param>
    /// <param name="random">Source of all other randomness.</param>
    /// <param name="device">Where to draw; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>As for the other overload.</returns>
    /// <exception cref="ArgumentException">The findings are not such a tensor.</exception>
    public WorldBatch Render(Tensor findings, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        if (findings.dim() != 2 || findings.shape[0] == 0 || findings.shape[1] != s_names.Length || findings.dtype != ScalarType.Float32
            || findings.eq(0).logical_or(findings.eq(1)).all().item<bool>() is false)
        {
            throw new ArgumentException("Give findings as a float tensor [N, 14] of zeros and ones, at least one row.", nameof(findings));
        }

        var known = findings.cpu().data<float>().ToArray();
        var batch = ConditionPictures.Render(
            nn.functional.pad(findings, [0, ChestConditions.Count - s_names.Length]), findings.sum([1]).gt(0).to(ScalarType.Int64),
            new ChestPhantomOptions { Size = size, Site = _options.Site, Shift = _options.Shift, ImagesPerPatient = _options.ImagesPerPatient },
            (choose, i) => Caption([.. Enumerable.Range(0, s_names.Length).Where(k => known[i * s_names.Length + k] > 0.5f)], choose),
            random, device, progress, findings);
        return batch.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"Chest radiographs with {s_names.Length} labels, several per image";

    private static string Caption(int[] present, Chooser choose)
    {
        if (present.Length == 0)
        {
            return choose.From(["Chest radiograph without finding.", "Normal chest radiograph.", "No finding."]);
        }

        var names = present.Select(k => s_names[k].Replace('_', ' ').ToLowerInvariant()).ToArray();
        var list = names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
        return choose.From([$"Chest radiograph showing {list}.", $"Frontal chest radiograph with {list}.", $"{char.ToUpperInvariant(list[0])}{list[1..]}."]);
    }
}
