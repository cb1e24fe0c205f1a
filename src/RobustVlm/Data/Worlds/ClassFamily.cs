using RobustVlm.Engine;
using static RobustVlm.Data.SoftShapes;
using static TorchSharp.torch;

namespace RobustVlm.Data.Worlds;

/// <summary>A world of classes that are drawn one by one from shapes: background, clutter, object, light, noise.</summary>
/// <remarks>
/// Place, size, turn, colours, background, clutter, light and noise vary from picture to picture by the <see cref="FamilyStyle"/>; a class
/// draws only what makes it that class, and varies that too.
/// </remarks>
internal abstract class ClassFamily : IWorld
{
    // Few enough that the tensors of a chunk stay in the processor's cache.
    private const int ChunkPixels = 24 * 48 * 48;

    private const int CommonColumns = 24;
    private const int ClassColumns = 96;

    private readonly Lazy<IReadOnlyList<FamilyClass>> _members;
    private readonly Lazy<IReadOnlyList<IReadOnlyList<string>>> _prompts;

    private protected ClassFamily()
    {
        _members = new(Define);
        _prompts = new(() => [.. Members.Select(member => Style.Templates.Select(template => FamilyCaptions.Prompt(template, member)).ToArray())]);
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Title { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => [.. Members.Select(member => member.Name)];

    /// <inheritdoc/>
    public int Channels => 3;

    /// <inheritdoc/>
    public virtual int? NativeSize => null;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Prompts => _prompts.Value;

    /// <summary>How the pictures vary.</summary>
    internal virtual FamilyStyle Style { get; } = new();

    internal IReadOnlyList<FamilyClass> Members => _members.Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Title}: {string.Join(", ", Classes)}";

    /// <inheritdoc/>
    public WorldBatch Render(Tensor labels, int size, Generator random, Device? device = null, Action<double>? progress = null)
    {
        WorldGuard.Check(labels, Classes.Count, size);
        ArgumentNullException.ThrowIfNull(random);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var target = device ?? random.device;
        var count = labels.shape[0];
        var drawn = NativeSize ?? size;
        var uniforms = rand([count, CommonColumns + ClassColumns], device: random.device, generator: random);
        var captionDraws = rand([count, FamilyCaptions.Choices], device: random.device, generator: random).cpu();
        var captions = FamilyCaptions.Write(this, labels, uniforms.narrow(1, 0, FamilyLook.Columns).cpu(), captionDraws);

        var images = empty([count, 3, drawn, drawn], dtype: ScalarType.Float32, device: target);
        var fields = new SmoothFields(drawn, target).Prepare(Scene.FieldCells);
        var known = labels.cpu().data<long>().ToArray();
        var chunk = Math.Max(1, ChunkPixels / (drawn * drawn));
        var done = 0;
        foreach (var rows in Enumerable.Range(0, (int)count).GroupBy(i => known[i]).OrderBy(group => group.Key).SelectMany(group => group.Chunk(chunk)))
        {
            Interruption.ThrowIfRequested();
            using var part = NewDisposeScope();
            var index = tensor(rows.Select(row => (long)row).ToArray(), device: random.device);
            var own = uniforms.index_select(0, index).to(target);
            var numbers = randn([rows.Length, Scene.Fields * SmoothFields.NumbersFor(Scene.FieldCells[^1])], device: random.device, generator: random).to(target);
            var scene = new Scene(drawn, new PhantomDraws(own.narrow(1, CommonColumns, ClassColumns)), fields, numbers, target);
            var look = new FamilyLook(own.narrow(1, 0, CommonColumns), Style);
            look.Prepare(scene, PaintBackground);
            Members[(int)known[rows[0]]].Draw(scene);
            var noise = randn([rows.Length, 3, drawn, drawn], device: random.device, generator: random).to(target);
            images.index_copy_(0, index.to(target), look.Finish(scene, noise));
            progress?.Invoke((done += rows.Length) / (double)count);
        }

        if (drawn != size)
        {
            images = nn.functional.interpolate(images, [size, size], mode: InterpolationMode.Bilinear, align_corners: false);
        }

        var batch = new WorldBatch { Images = images, Labels = labels.to(target, copy: true), Captions = captions };
        return batch.DetachFromDisposeScope();
    }

    /// <summary>The classes, in the order of their indices.</summary>
    private protected abstract IReadOnlyList<FamilyClass> Define();

    /// <summary>Paints what lies behind the object; the default is a colour, uneven, with clutter.</summary>
    /// <param name="scene">The pictures, still empty.</param>
    internal virtual void PaintBackground(Scene scene)
    {
        var uneven = 1 + 0.12 * scene.Field(2);
        scene.Picture = (scene.Paper * uneven.unsqueeze(1)).clamp_(0, 1).expand(scene.Count, 3, scene.Size, scene.Size);
        if (Style.Clutter <= 0)
        {
            return;
        }

        // Pale things of other colours behind the object: two blobs, a bar, mottled paper.
        for (var i = 0; i < 2; i++)
        {
            var (x, y) = (scene.FilmX - scene.Draws.Uniform(-1, 1), scene.FilmY - scene.Draws.Uniform(-1, 1));
            var radius = scene.Draws.Uniform(0.1, 0.35);
            var colour = scene.Between((0.1, 0.7, 0.3), (0.9, 0.3, 0.8)) * 0.45 + scene.Paper * 0.55;
            scene.Paint(Inside(radius - Length(x, y * scene.Draws.Uniform(0.6, 1.6)), 1.0 / scene.Size) * Style.Clutter * scene.Draws.Chance(0.6), colour);
        }

        var (along, across) = Sdf.Turned(scene.FilmX, scene.FilmY, scene.Draws.Uniform(0, Math.PI));
        var bar = Inside(scene.Draws.Uniform(0.02, 0.09) - (across - scene.Draws.Uniform(-0.8, 0.8)).abs(), 1.0 / scene.Size) * Inside(scene.Draws.Uniform(0.2, 1.4) - along.abs(), 1.0 / scene.Size);
        scene.Paint(bar * Style.Clutter * scene.Draws.Chance(0.5), scene.Between((0.15, 0.2, 0.5), (0.9, 0.8, 0.4)) * 0.5 + scene.Paper * 0.5);
        scene.Picture = (scene.Picture * (1 + 0.06 * Style.Clutter * scene.Field(16).unsqueeze(1))).clamp_(0, 1);
    }
}
