using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>What is wrong with whom, drawn before anything is rendered. Long tensors hold -1 where a property does not apply.</summary>
/// <param name="Labels">Long tensor [N], index of the <see cref="Finding"/>.</param>
/// <param name="Sides">Long tensor [N], index of the <see cref="BodySide"/>.</param>
/// <param name="Grades">Long tensor [N], index of the <see cref="Severity"/>.</param>
/// <param name="Severities">Float tensor [N], 0 without a finding, otherwise up to 1.</param>
/// <param name="Zones">Long tensor [N], index of the <see cref="LungZone"/>.</param>
/// <param name="Sites">Long tensor [N], index of the <see cref="RadiographSite"/>.</param>
/// <param name="Patients">Long tensor [N], number of the patient, from 0 in each batch.</param>
internal sealed record PhantomCases(
    Tensor Labels, Tensor Sides, Tensor Grades, Tensor Severities, Tensor Zones, Tensor Sites, Tensor Patients)
{
    /// <summary>Float tensor [N, 15], 1 for each condition of <see cref="ChestConditions"/> that is present; null for one finding per image.</summary>
    internal Tensor? Conditions { get; init; }

    internal static PhantomCases Draw(Tensor labels, ChestPhantomOptions options, Generator random)
    {
        var count = labels.shape[0];
        Tensor Choose(int choices) => randint(choices, [count], dtype: ScalarType.Int64, device: random.device, generator: random).to(labels.device);
        Tensor Where(Func<Finding, bool> applies)
        {
            var table = tensor(Findings.All.Select(applies).ToArray(), device: labels.device);
            return table.index_select(0, labels);
        }

        var none = full_like(labels, -1);
        var sides = where(Where(Findings.HasSide), Choose(2), none);
        var zones = where(Where(Findings.HasZone), Choose(3), none);
        var grades = Choose(3);
        var within = rand([count], device: random.device, generator: random).to(labels.device);
        var sites = Choose(2);
        if (options.Site is { } site)
        {
            sites = full_like(labels, (long)site);
        }

        var ill = labels.ne((long)Finding.Normal);
        var least = options.LeastSeverity;
        var severities = (least + (1 - least) * (grades.to(ScalarType.Float32) + within) / 3) * ill.to(ScalarType.Float32);
        var patients = arange(count, dtype: ScalarType.Int64, device: labels.device).div(options.ImagesPerPatient, RoundingMode.floor);
        return new PhantomCases(labels, sides, where(ill, grades, none), severities, zones, sites, patients);
    }

    /// <summary>Some neighbouring cases.</summary>
    internal PhantomCases Slice(long start, long length) => new(
        Labels.narrow(0, start, length), Sides.narrow(0, start, length), Grades.narrow(0, start, length), Severities.narrow(0, start, length),
        Zones.narrow(0, start, length), Sites.narrow(0, start, length), Patients.narrow(0, start, length))
    {
        Conditions = Conditions?.narrow(0, start, length),
    };
}
