using RobustVlm.Engine;
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
    // Few enough that the tensors of one step stay in the processor's cache (the parts free their temporaries at once for the same
    // reason); fixed, since it decides which random number lands in which pixel.
    private const int ChunkPixels = 16 * 64 * 64;

    private const int PatientColumns = 64;
    private const int ImageColumns = 64;
    private const int ScatterCells = 4;

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
        var (images, masks) = RenderAll(cases, random, progress);
        var batch = new PhantomBatch
        {
            Images = images,
            Masks = masks,
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

    private (Tensor Images, Tensor Masks) RenderAll(PhantomCases cases, Generator random, Action<double>? progress)
    {
        var (count, size, device) = (cases.Labels.shape[0], _options.Size, cases.Labels.device);
        var patients = (count + _options.ImagesPerPatient - 1) / _options.ImagesPerPatient;
        Tensor Uniforms(long rows, int columns) => rand([rows, columns], device: random.device, generator: random).to(device);
        Tensor Normals(params long[] shape) => randn(shape, device: random.device, generator: random).to(device);

        // Everything that does not depend on the size is drawn first, so that the patients are the same at every size.
        var perPatient = Uniforms(patients, PatientColumns);
        var anatomy = Normals(patients, PhantomFrame.PatientCells.Sum(SmoothFields.NumbersFor));
        var perImage = Uniforms(count, ImageColumns);
        var scatter = Normals(count, SmoothFields.NumbersFor(ScatterCells));
        var fields = new SmoothFields(size, device).Prepare([.. PhantomFrame.PatientCells.Distinct(), ScatterCells]);

        var images = empty([count, 1, size, size], dtype: ScalarType.Float32, device: device);
        var masks = empty([count, 1, size, size], dtype: ScalarType.Float32, device: device);
        var chunk = Math.Max(1, ChunkPixels / (size * size));
        for (long start = 0; start < count; start += chunk)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var length = Math.Min(chunk, count - start);
            var part = cases.Slice(start, length);
            var draws = new PhantomDraws(perPatient.index_select(0, part.Patients));
            var own = new PhantomDraws(perImage.narrow(0, start, length));
            var frame = new PhantomFrame(part, size, own, fields, anatomy.index_select(0, part.Patients));
            var uneven = fields.Field(scatter.narrow(0, start, length), ScatterCells);
            var (image, mask) = RenderChunk(frame, draws, own, uneven, Normals(length, size, size));
            images.narrow(0, start, length).copy_(image.unsqueeze(1));
            masks.narrow(0, start, length).copy_(mask.unsqueeze(1));
            progress?.Invoke((start + length) / (double)count);
        }

        return (images, masks);
    }

    private static (Tensor Image, Tensor Mask) RenderChunk(
        PhantomFrame frame, PhantomDraws patient, PhantomDraws image, Tensor scatter, Tensor noise)
    {
        var thorax = new PhantomThorax(frame, patient);
        var vessels = new PhantomVessels(frame, thorax, patient);
        var findings = new PhantomFindings(frame, thorax, vessels, image);
        var inside = PhantomSkeleton.Attenuation(frame, thorax, patient)
            + PhantomSoftTissue.Attenuation(frame, thorax, patient, image) + 0.03 * scatter;
        var attenuation = thorax.Body.Attenuation + findings.LungAttenuation + inside * thorax.Body.Silhouette;
        return (PhantomFilm.Expose(frame, thorax.Body, attenuation, image, noise), findings.Mask);
    }
}
