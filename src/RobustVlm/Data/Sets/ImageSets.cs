using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>What can be done with every image set.</summary>
public static class ImageSets
{
    /// <summary>Positions of the images of an official part.</summary>
    /// <param name="set">The set.</param>
    /// <param name="split">The part.</param>
    public static IReadOnlyList<int> Part(this IImageSet set, DataSplit split)
    {
        ArgumentNullException.ThrowIfNull(set);
        return [.. Enumerable.Range(0, set.Count).Where(i => set.Items[i].Split == split)];
    }

    /// <summary>Divides a set that has no official parts. An image without a known patient counts as a patient of its own.</summary>
    /// <param name="set">The set.</param>
    /// <param name="validationShare">Share of the patients for validation, in [0, 1).</param>
    /// <param name="testShare">Share of the patients for the test, in [0, 1); both together less than 1.</param>
    /// <param name="random">Source of the order of the patients.</param>
    public static PatientSplit SplitByPatient(this IImageSet set, double validationShare, double testShare, Generator random)
    {
        ArgumentNullException.ThrowIfNull(set);
        return PatientSplit.Create([.. set.Items.Select(item => item.Patient.Length > 0 ? $"patient {item.Patient}" : $"image {item.Key}")], validationShare, testShare, random);
    }

    /// <summary>Class indices of a set with one class per image.</summary>
    /// <param name="set">The set.</param>
    /// <param name="indices">Which images; null takes all.</param>
    /// <returns>Long tensor [N], class indices in [0, K), -1 where there is none.</returns>
    public static Tensor Labels(this IImageSet set, IReadOnlyList<int>? indices = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        return tensor((indices ?? [.. Enumerable.Range(0, set.Count)]).Select(i => (long)set.Items[i].Label).ToArray());
    }

    /// <summary>Targets of a set with several findings per image.</summary>
    /// <param name="set">The set.</param>
    /// <param name="indices">Which images; null takes all.</param>
    /// <param name="policy">What uncertain and unknown findings become; null takes the defaults.</param>
    /// <returns>Float tensor [N, K] of 0 and 1, and NaN where a finding is to be ignored.</returns>
    public static Tensor Targets(this IImageSet set, IReadOnlyList<int>? indices = null, LabelPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.Items[0].Findings.Count == 0)
        {
            throw new ArgumentException($"{set.Name} has one class per image; use Labels.", nameof(set));
        }

        policy ??= new LabelPolicy();
        var chosen = indices ?? [.. Enumerable.Range(0, set.Count)];
        var values = chosen.SelectMany(i => set.Items[i].Findings.Select(policy.Apply)).ToArray();
        return tensor(values, [chosen.Count, set.Items[0].Findings.Count]);
    }
}
