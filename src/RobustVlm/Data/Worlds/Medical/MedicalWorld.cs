using System.Globalization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds.Medical;

/// <summary>A world of medical pictures: patients with an anatomy of their own, masks, and captions in a clinician's words.</summary>
/// <remarks>
/// Neighbouring pictures belong to one patient (or one slide) and share what does not change between two visits. Everything that does not
/// depend on the size is drawn first, so that the patients are the same at every size. Teaching pictures, no model of any real patient.
/// </remarks>
internal abstract class MedicalWorld : IWorld
{
    // Few enough that the tensors of a chunk stay in the processor's cache.
    private const int ChunkPixels = 24 * 48 * 48;

    private const int ImageColumns = 128;
    private const int PatientColumns = 32;
    private const int Choices = 10;

    // Prompts name no detail; captions that are prompts keep a model from learning that something is always said.
    private const double PlainShare = 0.25;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Title { get; }

    /// <inheritdoc/>
    public virtual int Channels => 3;

    /// <inheritdoc/>
    public int? NativeSize => null;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => [.. Members.Select(member => member.Name)];

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Prompts => [.. Members.Select(member => Templates.Select(template => Fill(template, member.Phrases[0])).ToArray())];

    /// <summary>The classes, in the order of their indices.</summary>
    private protected abstract IReadOnlyList<MedicalClass> Members { get; }

    /// <summary>Sentences for prompts and captions; {0} is the class.</summary>
    private protected abstract IReadOnlyList<string> Templates { get; }

    /// <summary>What the masks show.</summary>
    private protected abstract IReadOnlyList<string> MaskNames { get; }

    /// <summary>Neighbouring pictures of one patient.</summary>
    private protected virtual int ImagesPerPatient => 2;

    /// <inheritdoc/>
    public override string ToString() => $"{Title}: {string.Join(", ", Classes)}";

    /// <inheritdoc/>
    public WorldBatch Render(Tensor labels, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        WorldGuard.Check(labels, Members.Count, size);
        ArgumentNullException.ThrowIfNull(random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var target = device ?? random.device;
        var count = labels.shape[0];
        var people = (count + ImagesPerPatient - 1) / ImagesPerPatient;
        Tensor Uniforms(long rows, int columns) => rand([rows, columns], device: random.device, generator: random);
        Tensor Normals(long rows, int fields) => randn([rows, fields * SmoothFields.NumbersFor(Scene.FieldCells[^1])], device: random.device, generator: random);
        var (facts, perImage, perPatient, choices) = (Uniforms(count, MedicalCase.FactColumns), Uniforms(count, ImageColumns), Uniforms(people, PatientColumns), Uniforms(count, Choices));
        var (imageFields, patientFields) = (Normals(count, Scene.Fields - MedicalCase.PatientFields), Normals(people, MedicalCase.PatientFields));
        var patients = arange(count, dtype: ScalarType.Int64, device: random.device).div(ImagesPerPatient, RoundingMode.floor);
        var known = labels.cpu().data<long>().ToArray();

        var images = empty([count, Channels, size, size], dtype: ScalarType.Float32, device: target);
        var masks = empty([count, MaskNames.Count, size, size], dtype: ScalarType.Float32, device: target);
        var fields = new SmoothFields(size, target).Prepare(Scene.FieldCells);
        var chunk = Math.Max(1, ChunkPixels / (size * size));
        var done = 0;
        foreach (var rows in Enumerable.Range(0, (int)count).GroupBy(i => known[i]).OrderBy(group => group.Key).SelectMany(group => group.Chunk(chunk)))
        {
            Interruption.ThrowIfRequested();
            using var part = NewDisposeScope();
            var index = tensor(rows.Select(row => (long)row).ToArray(), device: random.device);
            var owners = patients.index_select(0, index);
            var numbers = cat([patientFields.index_select(0, owners), imageFields.index_select(0, index)], 1).to(target);
            var scene = new Scene(size, new PhantomDraws(perImage.index_select(0, index).to(target)), fields, numbers, target);
            var patient = new PhantomDraws(perPatient.index_select(0, owners).to(target));
            var drawn = Draw(new MedicalCase((int)known[rows[0]], scene, patient, facts.index_select(0, index).to(target)));
            var noise = randn([rows.Length, Channels, size, size], device: random.device, generator: random).to(target);
            var grain = scene.Draws.Uniform(0.004, 0.03).unsqueeze(-1);
            images.index_copy_(0, index.to(target), (drawn.Images + noise * grain).clamp_(0, 1));
            var shown = stack(drawn.Masks.Select(mask => mask.expand(rows.Length, size, size)), 1);
            masks.index_copy_(0, index.to(target), shown.gt(0.5).to(ScalarType.Float32));
            progress?.Invoke((done += rows.Length) / (double)count);
        }

        var batch = new WorldBatch
        {
            Images = images,
            Labels = labels.to(target, copy: true),
            Captions = WriteCaptions(known, facts.cpu().data<float>().ToArray(), choices.cpu().data<float>().ToArray()),
            Masks = masks,
            MaskNames = MaskNames,
            Patients = patients.to(target),
        };
        return batch.DetachFromDisposeScope();
    }

    /// <summary>Draws pictures of one class.</summary>
    private protected abstract MedicalPicture Draw(MedicalCase one);

    /// <summary>A clinical description beyond the class, e.g. "with four nuclear lobes", or the class in a longer form.</summary>
    /// <param name="label">Index of the class.</param>
    /// <param name="phrase">The class as one of its phrases.</param>
    /// <param name="facts">The decisions about the picture, in [0, 1).</param>
    /// <param name="choose">Decisions about wording, at most six.</param>
    private protected abstract string Describe(int label, string phrase, float[] facts, Chooser choose);

    private string[] WriteCaptions(long[] labels, float[] facts, float[] choices) =>
    [
        .. labels.Select((label, i) =>
        {
            var choose = new Chooser(choices.AsMemory(i * Choices, Choices));
            var template = choose.From(Templates);
            var phrase = choose.From(Members[(int)label].Phrases);
            return choose.Next() < PlainShare ? Fill(template, phrase)
                : Fill(template, Describe((int)label, phrase, facts[(i * MedicalCase.FactColumns)..((i + 1) * MedicalCase.FactColumns)], choose));
        }),
    ];

    private static string Fill(string template, string phrase)
    {
        var text = string.Format(CultureInfo.InvariantCulture, template, phrase);
        return char.ToUpperInvariant(text[0]) + text[1..];
    }
}
