using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Settings of <see cref="ChestPhantom"/>.</summary>
public sealed record ChestPhantomOptions
{
    /// <summary>Height and width in pixels, at least 16.</summary>
    public int Size { get; init; } = 64;

    /// <summary>Where the radiographs were taken; null mixes both sites in equal parts.</summary>
    public RadiographSite? Site { get; init; }

    /// <summary>Neighbouring images with the same anatomy, at least one; posture, exposure and finding still differ.</summary>
    public int ImagesPerPatient { get; init; } = 1;

    /// <summary>Severity of the mildest finding, in [0, 1); lower is harder to see.</summary>
    public double LeastSeverity { get; init; } = 0.1;

    /// <summary>Whether <see cref="PhantomBatch.Anatomy"/> is filled with the masks of lungs and heart.</summary>
    public bool AnatomyMasks { get; init; }

    /// <summary>What goes wrong on the way to the picture, for tests under a shift of the domain; the other pictures stay the same.</summary>
    public RadiographShift Shift { get; init; }

    /// <summary>Reports written for each image, at least one. They differ in wording and in what they leave out.</summary>
    public int ReportsPerImage { get; init; } = 1;
}

/// <summary>Draws chest radiographs whose finding, side, severity, zone and outline are known.</summary>
/// <remarks>
/// Geometry and physics in the tradition of the Shepp-Logan phantom: organs are smooth shapes, their depths along the beam add up to an
/// attenuation, a film curve turns it into grey levels. All is done by tensor operations on many images at once. The same generator
/// state gives the same images, and the same patients at every size. These are teaching pictures, not a model of any real patient.
/// </remarks>
public sealed class ChestPhantom
{
    private readonly ChestPhantomOptions _options;

    /// <summary>Makes a phantom.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ChestPhantom(ChestPhantomOptions? options = null)
    {
        _options = options ?? new ChestPhantomOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Size, 16, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ImagesPerPatient, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ReportsPerImage, 1, nameof(options));
        if (_options.LeastSeverity is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.LeastSeverity, "Choose LeastSeverity from 0 up to, but not including, 1.");
        }
    }

    /// <summary>Renders images of random findings, all seven classes equally likely.</summary>
    /// <param name="count">Number of images N, at least one.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="device">Where to render; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>Images, truth and reports; dispose it when done.</returns>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public PhantomBatch Render(int count, Generator random, Device? device = null, Action<double>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(random);
        using var labels = randint(Findings.All.Count, [count], dtype: ScalarType.Int64, device: random.device, generator: random);
        return Render(labels, random, device, progress);
    }

    /// <summary>Renders images of given findings.</summary>
    /// <param name="labels">Long tensor [N], class indices in [0, 7) as in <see cref="Finding"/>.</param>
    /// <param name="random">Source of all other randomness.</param>
    /// <param name="device">Where to render; null takes the generator's device.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>Images, truth and reports; dispose it when done.</returns>
    /// <exception cref="ArgumentException">The labels are not such a tensor.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public PhantomBatch Render(Tensor labels, Generator random, Device? device = null, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(random);
        CheckLabels(labels);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var target = device ?? random.device;
        var cases = PhantomCases.Draw(labels.to(target, copy: true), _options, random);
        var drawn = new PhantomRenderer(_options).Render(cases, random, progress);
        var batch = new PhantomBatch
        {
            Images = drawn.Images,
            Masks = drawn.Masks,
            Anatomy = drawn.Anatomy,
            Labels = cases.Labels,
            Sides = cases.Sides,
            Grades = cases.Grades,
            Severities = cases.Severities,
            Zones = cases.Zones,
            Sites = cases.Sites,
            Patients = cases.Patients,
            Reports = ChestReports.Write(cases, _options.ReportsPerImage, random),
        };
        batch.DetachFromDisposeScope();
        return batch;
    }

    private static void CheckLabels(Tensor labels)
    {
        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64 || labels.shape[0] == 0)
        {
            throw new ArgumentException("Give labels as a long tensor [N] with at least one element.", nameof(labels));
        }

        if (labels.min().item<long>() < 0 || labels.max().item<long>() >= Findings.All.Count)
        {
            throw new ArgumentException($"Labels are class indices from 0 to {Findings.All.Count - 1}.", nameof(labels));
        }
    }
}
