using RobustVlm.Data.Chest;
using RobustVlm.Data.Sets;
using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tours;

/// <summary>How much of the worlds <see cref="WorldTour"/> shows.</summary>
public sealed record WorldTourOptions
{
    /// <summary>Height and width of the pictures in pixels.</summary>
    public int Size { get; init; } = 64;

    /// <summary>Pictures of a class on a contact sheet.</summary>
    public int PicturesPerClass { get; init; } = 6;

    /// <summary>Worlds whose difficulty is measured; null takes all class families.</summary>
    public int? ProbedWorlds { get; init; }

    /// <summary>Pictures to learn from and as many to test on, for each world whose difficulty is measured.</summary>
    public int ProbePictures { get; init; } = 1000;

    /// <summary>Pictures for shares of findings.</summary>
    public int LongTailPictures { get; init; } = 4000;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static WorldTourOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { Size = 32, PicturesPerClass = 3, ProbedWorlds = 2, ProbePictures = 100, LongTailPictures = 200 },
        Scale.Demo => new(),
        Scale.Paper => new() { Size = 96, PicturesPerClass = 10, ProbePictures = 5000, LongTailPictures = 20_000 },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}

/// <summary>Notebook ref-worlds: what the pictures look like, what is known about them, how hard they are, and which real sets can be opened.</summary>
public sealed class WorldTour
{
    private const int ProbedPixels = 48;
    private const int Columns = 8;
    private const int SheetCell = 64;
    private const int ProbeIterations = 60;

    private readonly Lab _lab;

    /// <summary>Makes the tour.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public WorldTour(Lab lab, WorldTourOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? WorldTourOptions.For(lab.Scale);
    }

    /// <summary>The settings.</summary>
    public WorldTourOptions Options { get; }

    /// <summary>All worlds with the number of their classes and a sample caption.</summary>
    public ResultTable Overview() => ResultTable.From(WorldCatalog.All.Select(world =>
    {
        using var random = _lab.Random($"tour: caption {world.Name}");
        using var batch = world.Render(1, 16, random, _lab.Device);
        var kind = world == WorldCatalog.Source ? "to learn from" : WorldCatalog.Medical.Contains(world) ? "medical" : "zero-shot";
        return new WorldRow(world.Name, world.Title, kind, world.Classes.Count, world.Channels == 1 ? "grey" : "RGB", world.NativeSize is { } size ? $"{size} px" : "any", batch.Captions[0]);
    })).WithCaption("All worlds");

    /// <summary>A contact sheet: one row for each class.</summary>
    /// <param name="name">The world's short name.</param>
    /// <param name="size">Side of the pictures in pixels; null takes that of the options.</param>
    public ContactSheet Sheet(string name, int? size = null)
    {
        var world = WorldCatalog.Find(name);
        using var scope = NewDisposeScope();
        using var random = _lab.Random($"tour: sheet {name}");
        var labels = arange(world.Classes.Count, dtype: ScalarType.Int64, device: _lab.Device).repeat_interleave(Options.PicturesPerClass);
        using var batch = world.Render(labels, size ?? Options.Size, random);
        var rows = world.Classes.Select((label, k) => new GridRow(
            [.. Enumerable.Range(k * Options.PicturesPerClass, Options.PicturesPerClass).Select(i => new GridCell(TensorPicture.Of(batch.Images, i)))], label));
        return new ContactSheet(new ImageGrid { Title = world.Title, Rows = [.. rows], CellSize = SheetCell });
    }

    /// <summary>Pictures with their captions.</summary>
    /// <param name="name">The world's short name.</param>
    /// <param name="count">Number of pictures.</param>
    public ContactSheet Captions(string name, int count = 8)
    {
        var world = WorldCatalog.Find(name);
        using var random = _lab.Random($"tour: captions {name}");
        using var batch = world.Render(count, Options.Size, random, _lab.Device);
        return new ContactSheet(Grid($"{world.Title}: pictures and their captions", Enumerable.Range(0, count).Select(i => new GridCell(TensorPicture.Of(batch.Images, i), batch.Captions[i])), 4, 150)) { Quality = 90 };
    }

    /// <summary>The sentences that stand for the classes in zero-shot classification.</summary>
    /// <param name="name">The world's short name.</param>
    public static ResultTable Prompts(string name)
    {
        var world = WorldCatalog.Find(name);
        return ResultTable.From(world.Classes.Select((label, k) => new PromptRow(label, world.Prompts[k].Count, world.Prompts[k][0], world.Prompts[k][^1])))
            .WithCaption($"{world.Title}: first and last prompt of each class");
    }

    /// <summary>Pictures of a medical world beside their masks.</summary>
    /// <param name="name">The world's short name.</param>
    /// <exception cref="ArgumentException">The world has no masks.</exception>
    public ContactSheet Masks(string name)
    {
        var world = WorldCatalog.Find(name);
        using var scope = NewDisposeScope();
        using var random = _lab.Random($"tour: masks {name}");
        using var batch = world.Render(arange(world.Classes.Count, dtype: ScalarType.Int64, device: _lab.Device), Options.Size, random);
        var masks = batch.Masks ?? throw new ArgumentException($"The world '{name}' has no masks.", nameof(name));
        var rows = world.Classes.Select((label, k) => new GridRow(
            [new GridCell(TensorPicture.Of(batch.Images, k)), .. batch.MaskNames.Select((_, m) => new GridCell(TensorPicture.Of(masks.narrow(1, m, 1), k)))], label));
        return new ContactSheet(new ImageGrid { Title = $"{world.Title}: pictures and masks", ColumnHeaders = ["picture", .. batch.MaskNames], Rows = [.. rows], CellSize = 104 }) { Quality = 90 };
    }

    /// <summary>The same patients under every shift of the picture.</summary>
    public ContactSheet Shifts()
    {
        using var scope = NewDisposeScope();
        var labels = arange(Findings.All.Count, dtype: ScalarType.Int64, device: _lab.Device);
        var rows = Enum.GetValues<RadiographShift>().Select(shift =>
        {
            using var random = _lab.Random("tour: shifts");
            using var batch = new ChestPhantom(new ChestPhantomOptions { Size = Options.Size, Shift = shift, Site = RadiographSite.Upright }).Render(labels, random);
            return new GridRow([.. Enumerable.Range(0, batch.Count).Select(i => new GridCell(TensorPicture.Of(batch.Images, i)))], shift.ToString());
        });
        return new ContactSheet(new ImageGrid { Title = "The same patients at shifted sites", ColumnHeaders = Findings.Names, Rows = [.. rows], CellSize = 96 }) { Quality = 90 };
    }

    /// <summary>Reports with findings and impression; some of them leave the finding out.</summary>
    /// <param name="count">Number of reports.</param>
    public ResultTable Reports(int count = 6)
    {
        using var random = _lab.Random("tour: reports");
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 16 }).Render(count, random);
        var labels = batch.Labels.cpu().data<long>().ToArray();
        return ResultTable.From(SectionedReports.Write(batch, random).Select((report, i) => new ReportRow(Findings.Names[(int)labels[i]], report.Findings, report.Impression)))
            .WithCaption("Reports in two sections");
    }

    /// <summary>How many radiographs of the long-tail mode have each of the 14 labels.</summary>
    public BarChart LongTail()
    {
        using var scope = NewDisposeScope();
        using var random = _lab.Random("tour: long tail");
        var world = new ChestXray14();
        using var batch = world.Render(Options.LongTailPictures, 16, random, _lab.Device);
        var shares = batch.Findings!.mean([0]).cpu().data<float>().ToArray();   // this mode always has findings
        var order = Enumerable.Range(0, shares.Length).OrderByDescending(i => shares[i]).ToArray();
        return new BarChart
        {
            Title = "Long-tail mode: share of radiographs with each finding",
            Categories = [.. order.Select(i => ChestXray14.Labels[i].Replace('_', ' '))],
            Series = [new BarSeries("drawn", [.. order.Select(i => (double)shares[i])]), new BarSeries("asked for", [.. order.Select(i => world.Prevalences[i])])],
            PercentY = true,
            YTitle = "share of radiographs",
        };
    }

    /// <summary>How far a linear classifier gets on raw pixels: little, so that a model must find shapes.</summary>
    public ResultTable Difficulty()
    {
        var worlds = WorldCatalog.ZeroShot.Prepend(WorldCatalog.Source).Take(Options.ProbedWorlds ?? int.MaxValue).ToArray();
        using var progress = Lab.Progress("Fitting linear probes on raw pixels");
        var rows = worlds.Select((world, i) =>
        {
            progress.Report((double)i / worlds.Length, world.Name);
            return new DifficultyRow(world.Title, world.Classes.Count, 1.0 / world.Classes.Count, ProbeAccuracy(world));
        }).ToArray();
        progress.Finish($"{worlds.Length} worlds, {Options.ProbePictures} pictures each to learn from");
        return ResultTable.From(rows).AsPercent("Chance", "PixelProbe").WithCaption("A linear classifier on the pixels of 24 x 24 averages");
    }

    /// <summary>Shuffled pictures without captions: name them, then compare with <see cref="BlindAnswers"/>.</summary>
    /// <param name="name">The world's short name.</param>
    public ContactSheet BlindTrial(string name)
    {
        var (images, labels) = Shuffled(name);
        using (images)
        {
            return new ContactSheet(Grid($"{WorldCatalog.Find(name).Title}: which class is each?", labels.Select((_, i) => new GridCell(TensorPicture.Of(images, i), $"{i + 1}")), Columns, 80));
        }
    }

    /// <summary>The classes of <see cref="BlindTrial"/>.</summary>
    /// <param name="name">The world's short name.</param>
    public ResultTable BlindAnswers(string name)
    {
        var world = WorldCatalog.Find(name);
        var (images, labels) = Shuffled(name);
        images.Dispose();
        return ResultTable.From(labels.Select((label, i) => new AnswerRow(i + 1, world.Classes[(int)label])));
    }

    /// <summary>The published sets that can be opened, with size, licence and address.</summary>
    public static ResultTable RealSets() => ResultTable.From(DataSetRegistry.All.Select(set => new SetRow(
        set.Name, set.Title, set.Subject, set.Task.ToString(), set.Images, set.Licence, set.Address, DataSetRegistry.IsAvailable(set.Name) ? "here" : "")));

    private static ImageGrid Grid(string title, IEnumerable<GridCell> cells, int columns, int cellSize) =>
        new() { Title = title, Rows = [.. cells.Chunk(columns).Select(row => new GridRow([.. row]))], CellSize = cellSize };

    private double ProbeAccuracy(IWorld world)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = _lab.Random($"tour: probe {world.Name}");
        using var learn = world.Render(Options.ProbePictures, ProbedPixels, random, _lab.Device);
        using var test = world.Render(Options.ProbePictures, ProbedPixels, random, _lab.Device);
        using var probe = LinearProbe.Fit(
            images => nn.functional.avg_pool2d(images, 2).flatten(1), learn.Images, learn.Labels, world.Classes.Count, new LinearProbeOptions { Iterations = ProbeIterations });
        return ClassifierEvaluation.OnClean(probe.Logits, test.Images, test.Labels, 128).Accuracy;
    }

    private (Tensor Images, long[] Labels) Shuffled(string name)
    {
        var world = WorldCatalog.Find(name);
        using var random = _lab.Random($"tour: blind {name}");
        using var batch = world.Render(2 * Columns, Options.Size, random, _lab.Device);
        return (batch.Images.clone(), batch.Labels.cpu().data<long>().ToArray());
    }

    private sealed record WorldRow(string World, string Title, string Kind, int Classes, string Colours, string Drawn, string Caption);

    private sealed record PromptRow(string Class, int Prompts, string First, string Last);

    private sealed record ReportRow(string Class, string Findings, string Impression);

    private sealed record DifficultyRow(string World, int Classes, double Chance, double PixelProbe);

    private sealed record AnswerRow(int Picture, string Class);

    private sealed record SetRow(string Name, string Title, string Subject, string Task, int Images, string Licence, string Address, string Here);
}
