using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Draws cases: anatomy, findings, film, in chunks.</summary>
internal sealed class PhantomRenderer(ChestPhantomOptions options)
{
    // Few enough that the tensors of one step stay in the processor's cache (the parts free their temporaries at once for the same
    // reason); fixed, since it decides which random number lands in which pixel.
    private const int ChunkPixels = 16 * 64 * 64;

    private const int PatientColumns = 64;
    private const int ImageColumns = 64;
    private const int ScatterCells = 4;

    /// <summary>Draws all cases.</summary>
    /// <param name="cases">What is wrong with whom.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    internal Drawn Render(PhantomCases cases, Generator random, Action<double>? progress)
    {
        var (count, size, device) = (cases.Labels.shape[0], options.Size, cases.Labels.device);
        var patients = (count + options.ImagesPerPatient - 1) / options.ImagesPerPatient;
        Tensor Uniforms(long rows, int columns) => rand([rows, columns], device: random.device, generator: random).to(device);
        Tensor Normals(params long[] shape) => randn(shape, device: random.device, generator: random).to(device);

        // Everything that does not depend on the size is drawn first, so that the patients are the same at every size.
        var perPatient = Uniforms(patients, PatientColumns);
        var anatomy = Normals(patients, PhantomFrame.PatientCells.Sum(SmoothFields.NumbersFor));
        var perImage = Uniforms(count, ImageColumns);
        var scatter = Normals(count, SmoothFields.NumbersFor(ScatterCells));
        var conditions = cases.Conditions is null ? null : Uniforms(count, PhantomConditions.Columns);
        var shifts = options.Shift == RadiographShift.None ? null : Uniforms(count, PhantomShift.Columns);
        var fields = new SmoothFields(size, device).Prepare([.. PhantomFrame.PatientCells.Distinct(), ScatterCells]);

        Tensor Room(int channels) => empty([count, channels, size, size], dtype: ScalarType.Float32, device: device);
        var drawn = new Drawn(Room(1), Room(1), options.AnatomyMasks ? Room(PhantomBatch.AnatomyNames.Count) : null);
        var chunk = Math.Max(1, ChunkPixels / (size * size));
        for (long start = 0; start < count; start += chunk)
        {
            Interruption.ThrowIfRequested();
            using var scope = NewDisposeScope();
            var length = Math.Min(chunk, count - start);
            var part = cases.Slice(start, length);
            var draws = new PhantomDraws(perPatient.index_select(0, part.Patients));
            var own = new PhantomDraws(perImage.narrow(0, start, length));
            var shift = shifts is null ? null : new PhantomShift(options.Shift, new PhantomDraws(shifts.narrow(0, start, length)));
            var frame = new PhantomFrame(part, size, own, fields, anatomy.index_select(0, part.Patients), shift?.Turn);
            var uneven = fields.Field(scatter.narrow(0, start, length), ScatterCells);
            var noise = Normals(length, size, size);
            var ill = conditions?.narrow(0, start, length);
            var (image, mask, thorax) = RenderChunk(frame, draws, own, ill, uneven, noise);
            image = shift is null ? image : shift.Apply(frame, image, Normals(length, size, size));
            drawn.Images.narrow(0, start, length).copy_(image.unsqueeze(1));
            drawn.Masks.narrow(0, start, length).copy_(mask.unsqueeze(1));
            drawn.Anatomy?.narrow(0, start, length).copy_(Organs(frame, thorax));
            progress?.Invoke((start + length) / (double)count);
        }

        return drawn;
    }

    private static (Tensor Image, Tensor Mask, PhantomThorax Thorax) RenderChunk(
        PhantomFrame frame, PhantomDraws patient, PhantomDraws image, Tensor? conditions, Tensor scatter, Tensor noise)
    {
        var thorax = new PhantomThorax(frame, patient);
        var vessels = new PhantomVessels(frame, thorax, patient);
        var (lungs, mask) = Findings(frame, thorax, vessels, image, conditions);
        var inside = PhantomSkeleton.Attenuation(frame, thorax, patient)
            + PhantomSoftTissue.Attenuation(frame, thorax, patient, image) + 0.03 * scatter;
        var attenuation = thorax.Body.Attenuation + lungs + inside * thorax.Body.Silhouette;
        return (PhantomFilm.Expose(frame, thorax.Body, attenuation, image, noise), mask, thorax);
    }

    private static (Tensor Lungs, Tensor Mask) Findings(
        PhantomFrame frame, PhantomThorax thorax, PhantomVessels vessels, PhantomDraws image, Tensor? conditions)
    {
        if (conditions is not null && frame.Conditions is { } present)
        {
            var several = new PhantomConditions(frame, thorax, vessels, present, conditions);
            return (several.LungAttenuation, several.Mask);
        }

        var one = new PhantomFindings(frame, thorax, vessels, image);
        return (one.LungAttenuation, one.Mask);
    }

    /// <summary>Right lung, left lung, heart, as they are annotated on radiographs: the lungs end where heart and vessels hide them.</summary>
    private static Tensor Organs(PhantomFrame frame, PhantomThorax thorax)
    {
        var heart = thorax.Heart.gt(0.5).logical_and(thorax.Lungs.Abdomen.lt(0.5));
        var lungs = thorax.Lungs.Field.gt(0.5).logical_and(thorax.Heart.le(0.5)).logical_and(thorax.Mediastinum.le(0.5));
        var left = frame.Left.gt(0.5);
        return stack([lungs.logical_and(left.logical_not()), lungs.logical_and(left), heart], 1).to(ScalarType.Float32);
    }

    /// <summary>What was drawn.</summary>
    /// <param name="Images">Float tensor [N, 1, H, W], pixels in [0, 1].</param>
    /// <param name="Masks">Float tensor [N, 1, H, W], 1 where a finding is.</param>
    /// <param name="Anatomy">Float tensor [N, 3, H, W], right lung, left lung, heart; null unless asked for.</param>
    internal sealed record Drawn(Tensor Images, Tensor Masks, Tensor? Anatomy);
}
