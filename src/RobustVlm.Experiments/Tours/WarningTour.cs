using RobustVlm.Attacks;
using RobustVlm.Data.Worlds;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tours;

/// <summary>How much <see cref="WarningTour"/> does.</summary>
public sealed record WarningTourOptions
{
    /// <summary>Pictures that the classifier learns and is then attacked on.</summary>
    public int Pictures { get; init; } = 96;

    /// <summary>Height and width of the pictures in pixels.</summary>
    public int Size { get; init; } = 24;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static WarningTourOptions For(Scale scale) => scale == Scale.Smoke ? new() { Pictures = 48, Size = 16 } : new();
}

/// <summary>Notebook ref-warnings: each warning of a robustness evaluation raised on purpose, beside the same check on a sound classifier.</summary>
public sealed class WarningTour : IDisposable
{
    private const string World = "flags";
    private const double LogitSpread = 20;   // of the sound classifier, so that "too large" means the same everywhere
    private const double Wave = 16 / 255.0;
    private static readonly PixelBudget s_budget = PixelBudget.Of255(8);   // at which the sound classifier falls

    private readonly Lab _lab;
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly LinearProbe _probe;
    private readonly LinearProbe _waves;
    private readonly Tensor _mislabelled;
    private readonly double _scale;
    private readonly Dictionary<string, Example> _examples;

    /// <summary>Draws the pictures and fits a small classifier to them.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public WarningTour(Lab lab, WarningTourOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? WarningTourOptions.For(lab.Scale);
        var world = WorldCatalog.Find(World);
        using var random = lab.Random("warnings: pictures");
        using var batch = world.Render(Options.Pictures, Options.Size, random, lab.Device);
        (_images, _labels) = (batch.Images.clone(), batch.Labels.clone());
        _probe = LinearProbe.Fit(images => images.flatten(1), _images, _labels, world.Classes.Count, new LinearProbeOptions { Regularisation = 1e-4 });
        _waves = LinearProbe.Fit(WavesOf, _images, _labels, world.Classes.Count, new LinearProbeOptions { Regularisation = 1e-4 });
        _mislabelled = Mislabelled();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var logits = _probe.Logits(_images);
        _scale = LogitSpread / (logits.amax([1]) - logits.amin([1])).mean().to(ScalarType.Float64).item<double>();
        _examples = Examples();
    }

    /// <summary>The settings.</summary>
    public WarningTourOptions Options { get; }

    /// <summary>The sound classifier: a linear map of the pixels.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, K].</returns>
    public Tensor Sound(Tensor images) => _probe.Logits(images) * _scale;

    /// <summary>The full report on the sound classifier; it should warn of nothing.</summary>
    public RobustnessReport Healthy() => RobustnessReport.Run(
        Sound, _images, _labels, [new Fgsm(), new Pgd(), new Square(new SquareOptions { Queries = 200 })], [PixelBudget.Of255(1), s_budget], new RobustnessReportOptions { Seed = _lab.Seed });

    /// <summary>Every warning with the defect that raises it here.</summary>
    public ResultTable Overview() => ResultTable.From(RobustnessChecks.Codes.Select(code => new OverviewRow(code, _examples[code].Defect))).Rename("RaisedHereBy", "Raised here by").WithCaption("All warnings");

    /// <summary>Raises one warning on purpose, beside the same check where nothing is wrong.</summary>
    /// <param name="code">The warning's code, e.g. <c>zero-gradients</c>.</param>
    public ResultTable Show(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (!_examples.TryGetValue(code, out var example))
        {
            throw new ArgumentException($"There is no warning '{code}'; choose from {string.Join(", ", RobustnessChecks.Codes)}.", nameof(code));
        }

        return ResultTable.From([Row("sound", example.Sound()), Row(example.Defect, example.Defective())]).WithCaption(code);

        ShowRow Row(string what, IEnumerable<RobustnessWarning?> warnings) =>
            new(what, warnings.FirstOrDefault(warning => warning?.Code == code)?.Message ?? "no warning");
    }

    /// <summary>Accuracy against budget as it should fall, and three curves that no working attack on an honest model gives.</summary>
    public LineChart Curves()
    {
        PixelBudget[] budgets = [.. new[] { 0.0, 1, 2, 4, 8, 16, 32, 64, 127.5 }.Select(PixelBudget.Of255)];
        return new LineChart
        {
            Title = "One sound curve and three that should make you suspicious",
            Series = [Curve("sound", Sound, new Pgd()), Curve("saturated logits", Saturated, new Pgd()), Curve("reversed gradient", Reversed, new Pgd()), Curve("waves, one step", Waves, new Fgsm())],
            XScale = AxisScale.Categorical,
            Categories = [.. budgets.Select(budget => (255 * budget.Value).ToString("0.#", System.Globalization.CultureInfo.InvariantCulture))],
            XTitle = "budget (grey levels of 255)",
            YTitle = "accuracy under attack",
            PercentY = true,
        };

        LineSeries Curve(string name, Classifier classifier, IImageAttack attack)
        {
            var results = Run(classifier, attack, budgets);
            return new LineSeries(name, [.. Enumerable.Range(0, results.Count).Select(i => (double)i)], [.. results.Select(result => result.Accuracy)]);
        }
    }

    /// <summary>Frees the pictures and classifiers.</summary>
    public void Dispose()
    {
        _images.Dispose();
        _labels.Dispose();
        _probe.Dispose();
        _waves.Dispose();
        _mislabelled.Dispose();
    }

    private Dictionary<string, Example> Examples()
    {
        var weak = new Pgd(new PgdOptions { Steps = 2, StepSize = PixelBudget.Of255(0.05), RandomStart = false });
        var strong = new Pgd(new PgdOptions { Steps = 40 });
        return new Dictionary<string, Example>
        {
            ["probabilities"] = Probed("softmax inside the model", images => Sound(images).softmax(1)),
            ["random-forward"] = new("noise is added in the model", () => Probe(Sound, s_budget), Noisy),
            ["zero-gradients"] = Probed("logits 1000 times as large", Saturated),
            ["attacked-above-clean"] = new(
                "the step goes down instead of up, on pictures of which a quarter was wrong",
                () => RobustnessChecks.AttackHelps(Mistaken(Sound), Run(Sound, new Fgsm(), [PixelBudget.Of255(64)], _mislabelled)),
                () => RobustnessChecks.AttackHelps(Mistaken(Reversed), Run(Reversed, new Fgsm(), [PixelBudget.Of255(64)], _mislabelled))),
            ["more-budget-helps"] = new(
                "the model sees waves of the pixels' values", () => RobustnessChecks.MoreBudgetHelps(Run(Sound, new Fgsm(), [PixelBudget.Of255(8), PixelBudget.Of255(16)])),
                () => RobustnessChecks.MoreBudgetHelps(Run(Waves, new Fgsm(), [PixelBudget.Of255(8), PixelBudget.Of255(16)]))),
            ["single-step-stronger"] = Compared("two tiny steps", RobustnessChecks.SingleStepIsStronger, Sound, new Fgsm(), strong, new Fgsm(), weak),
            ["more-steps-matter"] = Compared("two tiny steps", RobustnessChecks.MoreStepsMatter, Sound, new Pgd(), strong, weak, strong),
            ["more-restarts-matter"] = new(
                "pixels are rounded to 16 levels, so that gradients are zero and only the random start acts",
                () => [RobustnessChecks.RestartsMatter(One(Sound, new Pgd()), One(Sound, new Pgd(new PgdOptions { Restarts = 10 })))],
                () => [RobustnessChecks.RestartsMatter(Run(Stairs, Short(1), [new PixelBudget(0.5)])[0], Run(Stairs, Short(20), [new PixelBudget(0.5)])[0])]),
            ["noise-beats-attack"] = Probed("the gradient is reversed", Reversed, new PixelBudget(0.5)),
            ["flat-loss"] = Probed("logits 1000 times as large", Saturated),
            ["loss-matters"] = Probed("logits 1000 times as large", Saturated),
            ["logit-scale"] = Probed("logits 20 times as large", images => Sound(images) * 20),
            ["black-box-stronger"] = new("the gradient is reversed", () => Boxes(Sound), () => Boxes(Reversed)),
            ["large-budget-fails"] = Probed("the gradient is reversed", Reversed),
            ["few-classes"] = new("only two classes", () => [RobustnessChecks.FewClasses(12)], () => [RobustnessChecks.FewClasses(2)]),
            ["not-a-number"] = new("the square root of a negative number", () => Reported(Sound, s_budget, new Fgsm()), () => Reported(Rooted, s_budget, new Fgsm())),
            ["out-of-budget"] = new("the attack forgets to project", () => Reported(Sound, s_budget, new Pgd()), () => Reported(Sound, s_budget, new Unbounded())),
        };
    }

    private Tensor Saturated(Tensor images) => Sound(images) * 1000;

    private Tensor Reversed(Tensor images) => (Sound(images).detach() * 2) - Sound(images);

    private Tensor Stairs(Tensor images) => Sound((images * 15).round() / 15);

    private IReadOnlyList<RobustnessWarning> Noisy()
    {
        using var noise = _lab.Random("warnings: noise");
        return Probe(images => Sound(images + (randn(images.shape, device: images.device, generator: noise) * 0.02)), s_budget);
    }

    // A grey level and the one a wave length away look the same to this model, so a step of that size changes nothing.
    private Tensor Waves(Tensor images) => _waves.Logits(images);

    private static Tensor WavesOf(Tensor images)
    {
        var phase = images.flatten(1) * (2 * Math.PI / Wave);
        return cat([phase.sin(), phase.cos()], 1);
    }

    // Pictures that are far from every clean one give the root of a negative number.
    private Tensor Rooted(Tensor images)
    {
        var nearest = (images.unsqueeze(1) - _images.unsqueeze(0)).square().mean([2, 3, 4]).amin([1]);
        return Sound(images) + (1e-6 - nearest).sqrt().unsqueeze(1);
    }

    private static Pgd Short(int restarts) => new(new PgdOptions { Steps = 1, Restarts = restarts });

    private Example Probed(string defect, Classifier defective, PixelBudget? budget = null) =>
        new(defect, () => Probe(Sound, budget ?? s_budget), () => Probe(defective, budget ?? s_budget));

    private Example Compared(
        string defect, Func<ClassifierResult, ClassifierResult, RobustnessWarning?> check, Classifier classifier, IImageAttack first, IImageAttack second, IImageAttack badFirst, IImageAttack badSecond) =>
        new(defect, () => [check(One(classifier, first), One(classifier, second))], () => [check(One(classifier, badFirst), One(classifier, badSecond))]);

    private IReadOnlyList<RobustnessWarning> Probe(Classifier classifier, PixelBudget budget) => RobustnessProbe.Examine(classifier, _images, _labels, budget, _lab.Seed);

    private ClassifierResult One(Classifier classifier, IImageAttack attack) => Run(classifier, attack, [s_budget])[0];

    private IReadOnlyList<ClassifierResult> Run(Classifier classifier, IImageAttack attack, IReadOnlyList<PixelBudget> budgets, Tensor? labels = null)
    {
        using var random = _lab.Random("warnings: attack");
        return ClassifierEvaluation.OnAttacked(classifier, _images, labels ?? _labels, attack, budgets, random);
    }

    private ClassifierResult Mistaken(Classifier classifier) => ClassifierEvaluation.OnClean(classifier, _images, _mislabelled);

    // One label in four is another class, so that there is something an attack could make better.
    private Tensor Mislabelled()
    {
        using var scope = NewDisposeScope();
        var numbers = arange(_labels.shape[0], dtype: ScalarType.Int64, device: _labels.device);
        return where(numbers.remainder(4).eq(0), (_labels + 1).remainder(_probe.ClassCount), _labels).MoveToOuterDisposeScope();
    }

    private IEnumerable<RobustnessWarning> Boxes(Classifier classifier) => Reported(classifier, PixelBudget.Of255(64), new Pgd(), new Square(new SquareOptions { Queries = 300 }));

    private IReadOnlyList<RobustnessWarning> Reported(Classifier classifier, PixelBudget budget, params IImageAttack[] attacks) => RobustnessReport.Run(
        classifier, _images, _labels, attacks, [budget], new RobustnessReportOptions { Seed = _lab.Seed, CheckedImages = 0 }).Warnings;

    private sealed record Example(string Defect, Func<IEnumerable<RobustnessWarning?>> Sound, Func<IEnumerable<RobustnessWarning?>> Defective);

    private sealed record OverviewRow(string Warning, string RaisedHereBy);

    private sealed record ShowRow(string Classifier, string Warning);

    /// <summary>An attack whose steps are never brought back into the budget.</summary>
    private sealed class Unbounded : IImageAttack
    {
        public string Name => "unprojected";

        public PixelBudget Epsilon { get; private init; }

        public IImageAttack WithEpsilon(PixelBudget epsilon) => new Unbounded { Epsilon = epsilon };

        public Tensor Perturb(Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null) =>
            new Fgsm(new FgsmOptions { Epsilon = Epsilon.WithValue(2 * Epsilon.Value) }).Perturb(classifier, images, labels, random, progress);
    }
}
