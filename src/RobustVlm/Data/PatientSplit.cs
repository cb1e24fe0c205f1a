using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Positions of the images for training, validation and test. All images of a patient are in one part.</summary>
/// <param name="Train">Positions for training.</param>
/// <param name="Validation">Positions for choosing settings.</param>
/// <param name="Test">Positions for the reported numbers.</param>
public sealed record PatientSplit(IReadOnlyList<int> Train, IReadOnlyList<int> Validation, IReadOnlyList<int> Test)
{
    /// <summary>Splits by patient.</summary>
    /// <typeparam name="T">Type of a patient's number or name.</typeparam>
    /// <param name="patients">The patient of each image.</param>
    /// <param name="validationShare">Share of the patients for validation, in [0, 1).</param>
    /// <param name="testShare">Share of the patients for the test, in [0, 1); both together less than 1.</param>
    /// <param name="random">Source of the order of the patients.</param>
    /// <returns>The three parts, positions rising; a share above zero gets at least one patient.</returns>
    /// <exception cref="ArgumentException">There are too few patients for the parts asked for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share is out of its range.</exception>
    public static PatientSplit Create<T>(IReadOnlyList<T> patients, double validationShare, double testShare, Generator random)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(patients);
        ArgumentNullException.ThrowIfNull(random);
        CheckShare(validationShare, nameof(validationShare));
        CheckShare(testShare, nameof(testShare));
        if (validationShare + testShare >= 1)
        {
            throw new ArgumentOutOfRangeException(nameof(testShare), testShare, "Leave patients for training: both shares together must stay below 1.");
        }

        var distinct = patients.Distinct().ToArray();
        var validation = Number(validationShare, distinct.Length);
        var test = Number(testShare, distinct.Length);
        if (validation + test >= distinct.Length)
        {
            throw new ArgumentException(
                $"{distinct.Length} patients are too few for parts of {validation} and {test} and a training part; use more patients or smaller shares.", nameof(patients));
        }

        using var permutation = randperm(distinct.Length, dtype: ScalarType.Int64, device: random.device, generator: random).cpu();
        var order = permutation.data<long>().ToArray();
        var parts = new Dictionary<T, int>();
        for (var rank = 0; rank < order.Length; rank++)
        {
            parts[distinct[order[rank]]] = rank < test ? 2 : rank < test + validation ? 1 : 0;
        }

        var positions = Enumerable.Range(0, patients.Count).ToLookup(i => parts[patients[i]]);
        return new PatientSplit([.. positions[0]], [.. positions[1]], [.. positions[2]]);
    }

    private static int Number(double share, int patients) => share == 0 ? 0 : Math.Max(1, (int)Math.Round(share * patients));

    private static void CheckShare(double share, string name)
    {
        if (share is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(name, share, "A share lies from 0 up to, but not including, 1.");
        }
    }
}
