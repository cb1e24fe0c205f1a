using System.Globalization;
using System.Text;
using RobustVlm.Data;
using RobustVlm.Data.Sets;
using RobustVlm.Experiments.AttackADiagnosis;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>An Adaptor on somebody's own encoders or embeddings. What the encoders give is kept in <c>.npy</c> files and read from there, as embeddings of another program are.</summary>
public sealed class AdaptorOwn : IDisposable
{
    /// <summary>The environment variable that names a file of image embeddings.</summary>
    public const string ImageVariable = "ROBUSTVLM_IMAGE_EMBEDDINGS";

    /// <summary>The environment variable that names a file of text embeddings.</summary>
    public const string TextVariable = "ROBUSTVLM_TEXT_EMBEDDINGS";

    /// <summary>The environment variable that names a folder of images with reports.</summary>
    public const string PairVariable = "ROBUSTVLM_PAIRS";

    private const double HeldShare = 0.1;
    private const int MostHeld = 1024;

    private readonly Lab _lab;
    private readonly AdaptorWorld _world;
    private readonly AdaptorOwnOptions _options;

    private AdaptorOwn(Lab lab, AdaptorWorld world, AdaptorOwnOptions options, Adaptor module, string source, ResultTable table) =>
        (_lab, _world, _options, Module, Source, Table) = (lab, world, options, module, source, table);

    /// <summary>The trained module, in evaluation mode; save it with <see cref="Checkpoint"/>.</summary>
    public Adaptor Module { get; }

    /// <summary>Where pairs and embeddings came from, in words.</summary>
    public string Source { get; }

    /// <summary>What was trained, and how well pairs that were held back are told apart.</summary>
    public ResultTable Table { get; }

    /// <summary>The image encoder's file; null is the shipped one, or what the environment names.</summary>
    internal string? Backbone => _options.Backbone;

    /// <summary>Heads at 1, 10 and 100 % of the labels, and decoders where every image has a mask.</summary>
    /// <param name="folder">
    /// A folder as RSNA's, COVIDx's, SIIM-ACR's, CheXpert's or MIMIC-CXR's is unpacked, one with a CSV table (columns image and label), or one folder per class. Null takes the environment
    /// variable <c>ROBUSTVLM_IMAGES</c>; without it, some drawn radiographs are written to a folder and read back.
    /// </param>
    public AdaptorOwnSet OnSet(string? folder = null)
    {
        var given = folder ?? Given(OwnImages.FolderVariable);
        var set = FolderTask.Recognise(given ?? WriteExample());
        using var progress = Lab.Progress("Your own set");
        var (model, description, adaptor, notes) = AdaptorFolders.Encoder(_lab, Module, _options.Backbone);
        using var vision = model;
        var masks = set.Count > 0 && set.Items.All(item => item.HasMask);
        using var task = AdaptorFolders.Read(_lab, set, vision, masks, share => progress.Report(0.3 * share, "reading"));
        progress.Report(0.3, "heads");
        var heads = AdaptorFolders.Table(AdaptorFolders.Heads(_lab, task, vision, adaptor, _options.HeadSteps), description).WithFootnotes([.. task.Notes, .. notes]);
        var decoders = masks
            ? AdaptorFolders.MaskTable(AdaptorFolders.Masks(_lab, task, vision, adaptor, _options.DecoderSteps, share => progress.Report(0.5 + (0.5 * share), "decoders")), $"{(adaptor is null ? "no Adaptor" : "Adaptor")} on {description}")
            : null;
        progress.Finish($"{task.Count} images");
        return new AdaptorOwnSet(given is null ? "Example folder of drawn radiographs" : "Your folder", task.ToString(), heads, decoders);
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <inheritdoc/>
    public override string ToString() => Table.ToString();

    /// <summary>Frees the module.</summary>
    public void Dispose() => Module.Dispose();

    internal static AdaptorOwn Train(Lab lab, AdaptorWorld world, AdaptorOwnOptions options)
    {
        using var progress = Lab.Progress("Your own encoders");
        using var scope = NewDisposeScope();
        var (source, imageFile, textFile, apart, notes) = Embeddings(lab, world, options, share => progress.Report(0.5 * share, "embedding"));
        var (images, texts) = (EmbeddingFile.Read(imageFile).to(lab.Device), EmbeddingFile.Read(textFile).to(lab.Device));
        if (images.dim() != 2 || texts.dim() != 2 || images.shape[0] != texts.shape[0] || images.shape[0] < 4)
        {
            throw new ArgumentException($"Give embeddings [N, D] of the same images and reports, at least four, not [{string.Join(", ", images.shape)}] and [{string.Join(", ", texts.shape)}].", nameof(options));
        }

        var held = apart ?? Math.Clamp((int)(HeldShare * images.shape[0]), 2, MostHeld);
        var trained = (int)images.shape[0] - held;
        var sizes = (options.PublishedSizes ? new AdaptorOptions() : AdaptorOptions.Mini) with { ImageWidth = (int)images.shape[1], TextWidth = (int)texts.shape[1] };
        using var initial = lab.Random("adaptor: initial weights");
        var adaptor = new Adaptor(sizes, initial);
        adaptor.to(lab.Device);
        using var random = lab.Random("adaptor: own embeddings");
        var started = TimeProvider.System.GetTimestamp();
        using var curve = new AdaptorTrainer(new AdaptorTrainerOptions { Epochs = options.Epochs, BatchSize = Math.Min(options.BatchSize, trained), LearningRate = options.LearningRate, MixedPrecision = options.PublishedSizes })
            .Train(adaptor, images.narrow(0, 0, trained), texts.narrow(0, 0, trained), random, step => progress.Report(0.5 + (0.5 * step.Step / step.Total), string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:0.000}")));
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        using var noGradient = no_grad();
        var (v, t) = adaptor.call(images.narrow(0, trained, held), texts.narrow(0, trained, held));

        // Which reports are equal is not known of embeddings; equal ones make chance a little better than this.
        var scores = AdaptorPreTraining.Score(adaptor, v, t, [.. Enumerable.Range(0, held).Select(i => i.ToString(CultureInfo.InvariantCulture))]).ToDictionary(row => row.Column, row => row.Value);
        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{trained} pairs, {options.Epochs} epochs"));
        var table = ResultTable.From([
            new
            {
                Pairs = trained,
                Images = sizes.ImageWidth,
                Texts = sizes.TextWidth,
                Weights = sizes.CountParameters(),
                Seconds = seconds / options.Epochs,
                Held = held,
                Loss = scores[AdaptorPreTraining.LossColumn],
                Recall = scores[AdaptorPreTraining.RecallColumn],
            },
        ])
        .WithDecimals("Seconds", 2).WithDecimals("Loss", 3).WithDecimals("Recall", 1)
        .Rename("Images", "Numbers per image").Rename("Texts", "Numbers per text").Rename("Weights", "Trained weights").Rename("Seconds", "Seconds per epoch").Rename("Held", "Pairs held back").Rename("Loss", "Their loss / ln B").Rename("Recall", "Recall@1 / chance")
        .WithCaption(source).WithFootnotes([.. notes]);
        return new AdaptorOwn(lab, world, options, adaptor, source, table);
    }

    private static string? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    private static (string Source, string Images, string Texts, int? Held, string[] Notes) Embeddings(Lab lab, AdaptorWorld world, AdaptorOwnOptions options, Action<double> progress)
    {
        var (images, texts) = (options.ImageEmbeddings ?? Given(ImageVariable), options.TextEmbeddings ?? Given(TextVariable));
        if (images is not null || texts is not null)
        {
            return images is not null && texts is not null
                ? ($"Your embeddings: {Path.GetFileName(images)} and {Path.GetFileName(texts)}", images, texts, null, ["The last tenth of the rows is held back; order them so that no patient is on both sides."])
                : throw new ArgumentException($"Name both files, those of the images ({ImageVariable}) and of their reports ({TextVariable}), in the same order.", nameof(options));
        }

        var (model, description) = UserBackbone.Load(lab, options.Backbone, AdaptorEncoders.SelfSupervisedName);
        using var vision = model;
        var encoder = FrozenImageEncoder.Of(vision, "own");
        var (text, textDescription) = (options.Bert ?? Given(UserTextEncoder.Variable)) is { } bert
            ? UserTextEncoder.Load(lab, bert)
            : (world.Encoders.Texts(AdaptorPlan.MainTexts), $"the shipped {AdaptorPlan.NameOf(AdaptorPlan.MainTexts)}");
        var folder = Directory.CreateDirectory(Path.Combine(lab.WorkFolder(AdaptorSweep.Id), "own")).FullName;
        (images, texts) = (Path.Combine(folder, "images.npy"), Path.Combine(folder, "texts.npy"));
        if ((options.Pairs ?? Given(PairVariable)) is not { } pairs)
        {
            var set = AdaptorSet.Pairs(new AdaptorRunOptions { Pairs = options.ExamplePairs }) with { Name = "own pairs" };
            using var drawn = NewDisposeScope();
            var pictures = world.Images(set);
            pictures = vision.Options.Channels == 1 ? pictures : pictures.expand(-1, vision.Options.Channels, -1, -1);
            pictures = vision.Options.ImageSize == AdaptorWorld.ImageSize ? pictures : nn.functional.interpolate(pictures, [vision.Options.ImageSize, vision.Options.ImageSize], mode: InterpolationMode.Bilinear);
            EmbeddingFile.Write(images, encoder.Embed(pictures));
            EmbeddingFile.Write(texts, text.Embed(world.Texts(set)));
            return (string.Create(CultureInfo.InvariantCulture, $"Example: {set.Count} drawn pairs; images by {description}, texts by {textDescription}"), images, texts, null, []);
        }

        var (set2, chosen, apart, note) = Pairs(lab, pairs, options.MostPairs);
        using (var scope = NewDisposeScope())
        {
            var loader = new ImageLoader(set2, chosen, new ImageLoaderOptions { Transform = new ImageTransform { Size = vision.Options.ImageSize, Grey = vision.Options.Channels == 1 } });
            var parts = new List<Tensor>();
            foreach (var batch in loader.Batches())
            {
                using (batch)
                {
                    parts.Add(encoder.Embed(batch.Images.to(lab.Device)));
                    progress(0.7 * parts.Sum(part => part.shape[0]) / chosen.Count);
                }
            }

            EmbeddingFile.Write(images, cat(parts, 0));
            EmbeddingFile.Write(texts, text.Embed([.. chosen.Select(i => Caption(set2, i))]));
        }

        return (string.Create(CultureInfo.InvariantCulture, $"Your pairs: {chosen.Count} of {set2.Name}; images by {description}, texts by {textDescription}"), images, texts, apart, [.. set2.Notes, note]);
    }

    // Those that are held back come last; nobody is among them and among the others.
    private static (IImageSet Set, IReadOnlyList<int> Chosen, int Held, string Note) Pairs(Lab lab, string folder, int most)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder {folder} does not exist; name the one that holds images and reports.");
        }

        var mimic = Directory.EnumerateFiles(folder, "mimic-cxr-2.0.0-split.csv*").Any();
        var views = mimic && Directory.EnumerateFiles(folder, "mimic-cxr-2.0.0-metadata.csv*").Any();
        var set = mimic ? DataSetRegistry.Open("mimic-cxr", folder, new ImageSetOptions { FrontalOnly = views, ReportsOnly = true }) : DataSetRegistry.Open("image-table", folder);
        using var random = lab.Random("adaptor: own pairs");
        using var scope = NewDisposeScope();
        int[] chosen = [.. randperm(set.Count, dtype: ScalarType.Int64, device: random.device, generator: random).cpu().data<long>().ToArray().Select(i => (int)i).Where(i => Caption(set, i).Length > 0).Take(most)];
        if (chosen.Length < 4)
        {
            throw new InvalidDataException($"{folder} has {chosen.Length} images with a text; at least four are needed, in the layout of MIMIC-CXR or as a CSV table with the columns image and text.");
        }

        var note = "The set's own validation and test parts are held back.";
        int[] train = [.. chosen.Where(i => set.Items[i].Split == DataSplit.Train)], held = [.. chosen.Where(i => set.Items[i].Split is DataSplit.Validation or DataSplit.Test)];
        if (train.Length < 2 || held.Length < 2)
        {
            var known = chosen.All(i => set.Items[i].Patient.Length > 0);
            var parts = PatientSplit.Create([.. chosen.Select(i => known ? set.Items[i].Patient : set.Items[i].Key)], 0, Math.Max(HeldShare, Math.Min(0.5, 2.5 / chosen.Length)), random);
            (train, held) = ([.. parts.Train.Select(i => chosen[i])], [.. parts.Test.Select(i => chosen[i])]);
            note = known ? "A tenth of the patients is held back." : "A tenth of the images is held back; nothing says which are of one patient, so one may be on both sides.";
            if (train.Length < 2 || held.Length < 2)
            {
                throw new InvalidDataException($"{folder} has too few patients to hold some back: {train.Length} images would be left to train on and {held.Length} to score; name a larger set.");
            }
        }

        held = [.. held.Take(MostHeld)];
        return (set, [.. train, .. held], held.Length, note);
    }

    private static string Caption(IImageSet set, int index)
    {
        var text = set.ReadText(index);
        return (set.Name == "mimic-cxr" ? ReportSections.Parse(text).Caption : text).Trim();
    }

    // Takes the same way as real images: files, tables, the reader.
    internal string WriteExample()
    {
        var folder = Path.Combine(_lab.WorkFolder(AdaptorSweep.Id), "example-set");
        var task = AdaptorTask.Binary;
        var set = task.Test(new AdaptorRunOptions { TestPictures = _options.ExamplePictures }) with { Name = "example set" };
        using var scope = NewDisposeScope();
        var positive = _world.Targets(task, set).cpu().data<float>().ToArray();
        var (images, masks) = (_world.Images(set).cpu(), (_world.Masks(set) * _world.Targets(task, set).view(-1, 1, 1, 1)).cpu());
        var (table, maskTable) = (new StringBuilder("image,label\n"), new StringBuilder("image,mask\n"));
        foreach (var part in new[] { "images", "masks" })
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        for (var i = 0; i < set.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{i:0000}.png");
            ImageFile.Write(Path.Combine(folder, "images", name), images[i]);
            ImageFile.Write(Path.Combine(folder, "masks", name), masks[i]);
            table.Append(CultureInfo.InvariantCulture, $"images/{name},{(positive[i] > 0 ? task.Name : "other")}\n");
            maskTable.Append(CultureInfo.InvariantCulture, $"images/{name},masks/{name}\n");
        }

        File.WriteAllText(Path.Combine(folder, "own.csv"), table.ToString());
        File.WriteAllText(Path.Combine(folder, "masks.csv"), maskTable.ToString());
        return folder;
    }
}

/// <summary>Heads, and decoders where there are masks, on a set of one's own.</summary>
/// <param name="Source">Where the images came from, in words.</param>
/// <param name="Summary">How many there are, and of which classes.</param>
/// <param name="Heads">Scores with and without the Adaptor at three shares of the labels.</param>
/// <param name="Masks">Dice at three shares of the masks; null for a set without masks.</param>
public sealed record AdaptorOwnSet(string Source, string Summary, ResultTable Heads, ResultTable? Masks)
{
    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Summary}";
}
