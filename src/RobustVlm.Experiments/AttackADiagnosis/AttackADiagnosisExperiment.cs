using RobustVlm.Attacks;
using RobustVlm.Data.Chest;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>Notebook 01: a small vision-language model diagnoses synthetic radiographs by text prompts, and little noise undoes it.</summary>
public sealed class AttackADiagnosisExperiment
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = "01-attack-a-diagnosis";

    internal const string NoiseName = "random noise";

    // Raised whenever attacks, prompts or evaluation change what comes out of equal settings.
    private const int Version = 1;
    private const int BatchSize = 64;

    // Beyond it every class is ranked last and the areas say nothing more.
    private static readonly PixelBudget LargestAurocBudget = PixelBudget.Of255(2);

    private readonly Lab _lab;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public AttackADiagnosisExperiment(Lab lab, AttackADiagnosisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? AttackADiagnosisOptions.For(lab.Scale);
        if (Options.AttackedImages > Options.TestImages || Options.CheckedImages > Options.AttackedImages || Options.CheckedImages < 1)
        {
            throw new ArgumentException("Of the test images some are attacked, and of these some are checked: choose 1 <= CheckedImages <= AttackedImages <= TestImages.", nameof(options));
        }
    }

    /// <summary>The settings.</summary>
    public AttackADiagnosisOptions Options { get; }

    private IReadOnlyList<PixelBudget> Budgets => [.. Options.Budgets.Select(PixelBudget.Of255)];

    private ScalarType GradientType => Autocast.TrainingType(_lab.Device.type);

    /// <summary>Renders the radiographs, those to learn from and those held out.</summary>
    public Radiographs RenderRadiographs()
    {
        using var progress = Lab.Progress("Rendering radiographs");
        var (train, test) = (Options.Training.Images, Options.TestImages);
        var learned = Render("train", train, Options.Training.ReportsPerImage, share => progress.Report(share * train / (train + test)));
        var heldOut = Render("test", test, 1, share => progress.Report((train + (share * test)) / (train + test)));
        progress.Finish($"{train + test} radiographs");
        return new Radiographs(learned, heldOut);
    }

    /// <summary>Trains the mini CLIP. Weights of an equal training are kept under <c>data/runs</c> and read instead.</summary>
    /// <param name="radiographs">Radiographs to learn from.</param>
    /// <param name="force">Whether to train even though there are stored weights.</param>
    public TrainedClip Train(Radiographs radiographs, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(radiographs);
        return ClipTraining.Run(_lab, Id, Options.Training, radiographs.Train, force);
    }

    /// <summary>Diagnoses the held-out radiographs: the class whose prompts lie closest to the image wins.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="radiographs">Radiographs with a held-out part.</param>
    /// <param name="prompts">Sentences for each class, all seven; null takes the built-in ones.</param>
    /// <exception cref="ArgumentException">A class has no prompt.</exception>
    public Diagnosis Diagnose(TrainedClip model, Radiographs radiographs, IReadOnlyDictionary<Finding, string[]>? prompts = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(radiographs);
        using var classifier = Classifier(model, prompts);
        var result = ClassifierEvaluation.OnClean(classifier.Logits, radiographs.Test.Images, radiographs.Test.Labels, BatchSize);
        var unknown = prompts?.Values.SelectMany(p => p).SelectMany(model.Tokenizer.UnknownWords).Distinct() ?? [];
        return new Diagnosis(result, [.. unknown]);
    }

    /// <summary>Attacks some held-out radiographs: original, amplified perturbation and attacked image with the model's answers.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="radiographs">Radiographs with a held-out part.</param>
    /// <param name="budget">Largest change of any pixel.</param>
    /// <param name="count">Radiographs to show, each of another class, all diagnosed correctly before the attack; 1 to 7.</param>
    /// <param name="prompts">Sentences for each class; null takes the built-in ones.</param>
    public ImageGrid ShowAttack(TrainedClip model, Radiographs radiographs, PixelBudget budget, int count = 4, IReadOnlyDictionary<Finding, string[]>? prompts = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(radiographs);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = NewDisposeScope();
        using var classifier = Classifier(model, prompts);
        var (images, labels) = AttackedPart(radiographs);
        var clean = ClassifierEvaluation.OnClean(classifier.Logits, images, labels, BatchSize);
        var shown = clean.Correct.Index().Where(c => c.Item).GroupBy(c => clean.Labels[c.Index]).OrderBy(group => group.Key == 0 ? int.MaxValue : group.Key)
            .Take(count).Select(group => (long)group.First().Index).ToArray();
        if (shown.Length == 0)
        {
            throw new InvalidOperationException("The model diagnoses no radiograph correctly, so there is nothing to attack; train it for more steps.");
        }

        var chosen = tensor(shown, device: _lab.Device);
        var (originals, truth) = (images.index_select(0, chosen), labels.index_select(0, chosen));
        using var random = _lab.Random("attack: pictures");
        var attacked = new Pgd(PgdOptions with { Epsilon = budget }).Perturb(classifier.Logits, originals, truth, random);
        var grid = AttackPictures.Show(originals, attacked, clean.Labels, shown, classifier.Logits, Findings.Names, budget);
        if (prompts is null)
        {
            _lab.PublishPicture(Id, "attack.png", grid);
        }

        return grid;
    }

    /// <summary>
    /// Measures accuracy over all budgets under random noise, FGSM and PGD, and how well each class is still separated.
    /// A finished run with the same settings, seed and weights is read from the store instead.
    /// </summary>
    /// <param name="model">The trained model.</param>
    /// <param name="radiographs">Radiographs with a held-out part.</param>
    /// <param name="force">Whether to measure even though there is a stored run.</param>
    public AttackRun Run(TrainedClip model, Radiographs radiographs, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(radiographs);
        var checkpoints = new Dictionary<string, string> { [model.CheckpointName] = model.CheckpointHash };
        var key = RunKey.For(Id, Options, _lab.Scale, _lab.Seed, Version, checkpoints);
        if (!force && !_lab.IsPublishing && _lab.Store.TryRead<AttackADiagnosisOptions>(key) is { } stored)
        {
            return new AttackRun(stored);
        }

        var started = TimeProvider.System.GetUtcNow();
        var (measurements, warnings) = Measure(model, radiographs);
        var record = new RunRecord<AttackADiagnosisOptions>
        {
            Experiment = Id,
            Options = Options,
            MethodVersion = Version,
            Checkpoints = checkpoints,
            Environment = _lab.Describe(started, GradientType == ScalarType.Float32 ? "float32" : "bfloat16 gradients, float32 scores"),
            Measurements = measurements,
            Warnings = warnings,
        };
        _lab.Store.Write(record, _lab.IsPublishing);
        return new AttackRun(record);
    }

    /// <summary>Compares the attack with stronger ones and with full-precision gradients at one budget: a number that a better attack lowers is not a result.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="radiographs">Radiographs with a held-out part.</param>
    /// <param name="budget">Largest change of any pixel.</param>
    public ResultTable CheckAttack(TrainedClip model, Radiographs radiographs, PixelBudget budget)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(radiographs);
        using var scope = NewDisposeScope();
        using var classifier = Classifier(model, null);
        using var progress = Lab.Progress("Checking the attack");
        var images = radiographs.Test.Images.narrow(0, 0, Options.CheckedImages);
        var labels = radiographs.Test.Labels.narrow(0, 0, Options.CheckedImages);
        (string Name, PgdOptions Settings)[] attacks =
        [
            ($"PGD-{Options.PgdSteps}", PgdOptions),
            ($"PGD-{Options.PgdSteps}, float32 gradients", PgdOptions with { GradientType = ScalarType.Float32 }),
            ($"PGD-{2 * Options.PgdSteps}", PgdOptions with { Steps = 2 * Options.PgdSteps }),
            ($"PGD-{Options.PgdSteps}, 3 restarts", PgdOptions with { Restarts = 3 }),
        ];
        var rows = new List<Measurement>();
        foreach (var (name, settings) in attacks)
        {
            using var random = _lab.Random("attack: check");
            var result = ClassifierEvaluation.OnAttacked(
                classifier.Logits, images, labels, new Pgd(settings), [budget], random, BatchSize, share => progress.Report((rows.Count + share) / attacks.Length, name))[0];
            rows.Add(Measurement.Of(name, $"accuracy at {budget}", Statistics.Wilson([.. result.Correct])));
        }

        progress.Finish($"{attacks.Length} attacks on {Options.CheckedImages} radiographs");
        var health = GradientHealth.Measure(classifier.Logits, images, labels);
        return ResultTable.FromMeasurements(rows, "Attack").WithCaption("Is the attack strong enough?").WithFootnotes(health.ToString());
    }

    /// <summary>Fits a linear probe to somebody's own images on the frozen image encoder, and attacks it.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="folder">
    /// Folder of images with a CSV table, see <see cref="RobustVlm.Data.ImageFolder"/>. Null takes the environment variable <c>ROBUSTVLM_IMAGES</c>;
    /// without it, some radiographs are written to a folder and read back.
    /// </param>
    public OwnImages ProbeOwnImages(TrainedClip model, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return OwnImages.Probe(_lab, Options, model, PgdOptions, folder);
    }

    internal PgdOptions PgdOptions => new() { Steps = Options.PgdSteps, GradientType = GradientType };

    private ZeroShotClassifier Classifier(TrainedClip model, IReadOnlyDictionary<Finding, string[]>? prompts)
    {
        if (model.Model.Options.Image.ImageSize != Options.Training.ImageSize)
        {
            throw new ArgumentException($"The model reads images of {model.Model.Options.Image.ImageSize} pixels, this experiment renders {Options.Training.ImageSize}; train a model with this experiment's settings.", nameof(model));
        }

        var sentences = Findings.All.Select(finding => prompts is null ? ChestReports.Prompts(finding)
            : prompts.TryGetValue(finding, out var own) && own.Length > 0 ? own
            : throw new ArgumentException($"The class {finding} has no prompt; give at least one sentence for each of the {Findings.All.Count} classes.", nameof(prompts)));
        using var scope = NewDisposeScope();
        return ZeroShotClassifier.Create(model.Model, [.. sentences.Select(texts => model.Tokenizer.Encode(texts))]);
    }

    private PhantomBatch Render(string part, int count, int reports, Action<double> progress)
    {
        using var random = _lab.Random($"radiographs: {part}");
        return new ChestPhantom(new ChestPhantomOptions { Size = Options.Training.ImageSize, ReportsPerImage = reports }).Render(count, random, _lab.Device, progress);
    }

    private (Tensor Images, Tensor Labels) AttackedPart(Radiographs radiographs) =>
        (radiographs.Test.Images.narrow(0, 0, Options.AttackedImages), radiographs.Test.Labels.narrow(0, 0, Options.AttackedImages));

    private (List<Measurement> Measurements, List<string> Warnings) Measure(TrainedClip model, Radiographs radiographs)
    {
        using var scope = NewDisposeScope();
        using var classifier = Classifier(model, null);
        using var progress = Lab.Progress("Attacking");
        var (images, labels) = AttackedPart(radiographs);
        var clean = ClassifierEvaluation.OnClean(classifier.Logits, images, labels, BatchSize);

        using var noise = _lab.Random("attack: noise");
        var noisy = Budgets.Select(budget => NoisyResult(classifier, images, labels, budget, noise)).ToArray();
        using var fgsmRandom = _lab.Random("attack: fgsm");
        var fgsm = ClassifierEvaluation.OnAttacked(classifier.Logits, images, labels, new Fgsm(new FgsmOptions { GradientType = GradientType }), Budgets, fgsmRandom, BatchSize);
        using var pgdRandom = _lab.Random("attack: pgd");
        var pgd = ClassifierEvaluation.OnAttacked(classifier.Logits, images, labels, new Pgd(PgdOptions), Budgets, pgdRandom, BatchSize, share => progress.Report(share, $"PGD-{Options.PgdSteps}"));
        progress.Finish($"{Options.AttackedImages} radiographs, {Budgets.Count} budgets");

        var measurements = new List<Measurement>();
        foreach (var (name, results) in new[] { (NoiseName, noisy), ("FGSM", fgsm), ($"PGD-{Options.PgdSteps}", pgd) })
        {
            measurements.Add(Measurement.Of(name, AttackRun.AccuracyPrefix + "0", Statistics.Wilson([.. clean.Correct])));
            measurements.AddRange(results.Zip(Options.Budgets, (result, budget) => Measurement.Of(
                name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{AttackRun.AccuracyPrefix}{budget}"), Statistics.Wilson([.. result.Correct]))));
        }

        foreach (var (name, result) in pgd.Where(result => result.Epsilon.Value <= LargestAurocBudget.Value).TakeLast(2).Select(result => ($"AUROC under PGD at {result.Epsilon}", result)).Prepend(("AUROC clean", clean)))
        {
            measurements.AddRange(Findings.All.Select(finding => new Measurement(finding.Name(), name, result.AurocPerClass[(int)finding], N: clean.Labels.Count, IsRate: false)));
        }

        var doubts = RobustnessChecks.Examine(classifier.Logits, images.narrow(0, 0, Options.CheckedImages), labels.narrow(0, 0, Options.CheckedImages), clean, pgd)
            .Concat(fgsm.Zip(pgd, RobustnessChecks.SingleStepIsStronger).OfType<RobustnessWarning>());
        return (measurements, [.. doubts.Select(doubt => doubt.ToString())]);
    }

    // The control: noise of the same size, drawn without looking at the model.
    private static ClassifierResult NoisyResult(ZeroShotClassifier classifier, Tensor images, Tensor labels, PixelBudget budget, Generator random)
    {
        using var scope = NewDisposeScope();
        var noise = rand(images.shape, dtype: images.dtype, device: images.device, generator: random).mul(2 * budget.Value).sub(budget.Value);
        return ClassifierEvaluation.OnClean(classifier.Logits, images.add(noise).clamp(0, 1), labels, BatchSize);
    }
}
