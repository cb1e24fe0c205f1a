using System.Diagnostics;
using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>Notebook 02: every attack with its budget, its cost and its success, and a slider over noise levels.</summary>
public sealed partial class AttacksExperiment
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = "02-attacks";

    // Raised whenever attacks or evaluation change what comes out of equal settings.
    private const int Version = 1;
    private const int BatchSize = 64;

    private readonly Lab _lab;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public AttacksExperiment(Lab lab, AttacksOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? AttacksOptions.For(lab.Scale);
    }

    /// <summary>The settings.</summary>
    public AttacksOptions Options { get; }

    /// <summary>The budgets of the comparison, one per norm.</summary>
    internal IReadOnlyList<PixelBudget> ComparedBudgets => [PixelBudget.Of255(Options.Levels), PixelBudget.L2(Options.Length)];

    /// <summary>Loads the model that is attacked and draws the pictures.</summary>
    /// <param name="world">A world's short name; null takes the options'.</param>
    public Victim LoadVictim(string? world = null) => new(_lab, world ?? Options.World, Options.Images);

    /// <summary>Draws radiographs with reports for the attacks on words and pairs.</summary>
    public PairTour LoadPairs() => new(_lab, Options.Pairs);

    /// <summary>The attacks with their settings.</summary>
    /// <param name="victim">The model; attacks with target classes have no more of them than it has.</param>
    public ResultTable Attacks(Victim victim) => ResultTable.From(Suite(victim).Select(attack => new AttackRow(attack.Name, Settings(attack))))
        .WithCaption("The image attacks; budgets are replaced where they are used");

    /// <summary>One picture under every attack: what was changed, and what the model says now.</summary>
    /// <param name="victim">Model and pictures.</param>
    /// <param name="picture">Which of the rightly named pictures, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public ImageGrid ShowAttacks(Victim victim, int picture = 0)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var place = Place(victim, picture);
        var (image, label, truth) = (victim.Images[place].unsqueeze(0), victim.Labels[place].unsqueeze(0), victim.Clean.Labels[place]);
        var rows = Suite(victim).Select(attack => new GridRow([.. ComparedBudgets.SelectMany(budget => Cells(victim, attack, budget, image, label, truth))], attack.Name));
        return new ImageGrid
        {
            Title = $"One picture ({victim.World.Classes[truth]}) under every attack",
            ColumnHeaders = [.. ComparedBudgets.SelectMany(budget => new[] { $"change, {budget}", "attacked" })],
            Rows = [.. rows],
            CellSize = 96,
        };
    }

    /// <summary>
    /// Runs every attack on all pictures at one budget per norm: accuracy, size of the changes and cost. A finished run with the same
    /// settings, seed and weights is read from the store instead.
    /// </summary>
    /// <param name="victim">Model and pictures.</param>
    /// <param name="force">Whether to measure even though there is a stored run.</param>
    public AttacksRun Run(Victim victim, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(victim);
        var (options, checkpoints) = (OptionsFor(victim), Checkpoints());
        var key = KeyFor(victim);
        if (!force && !_lab.IsPublishing && _lab.Store.TryRead<AttacksOptions>(key) is { } stored)
        {
            return new AttacksRun(stored);
        }

        var started = TimeProvider.System.GetUtcNow();
        var record = new RunRecord<AttacksOptions>
        {
            Experiment = Id,
            Options = options,
            MethodVersion = Version,
            Checkpoints = checkpoints,
            Measurements = Measure(victim),
            Environment = _lab.Describe(started),
        };
        _lab.Store.Write(record, _lab.IsPublishing);
        return new AttacksRun(record);
    }

    /// <summary>A slider over budgets: one picture under drawn and under chosen noise, with the model's belief beside it.</summary>
    /// <param name="victim">Model and pictures.</param>
    /// <param name="picture">Which of the rightly named pictures, from 0.</param>
    /// <param name="attack">The attack; null takes PGD in L-infinity.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many pictures.</exception>
    public SliderChart Explore(Victim victim, int picture = 0, IImageAttack? attack = null)
    {
        attack ??= new Pgd();
        var largest = attack.Epsilon.Norm == PixelNorm.LInfinity ? 1 / 255.0 : Options.Length;
        return NoiseExplorer.Of(_lab, victim, Place(victim, picture), attack, [.. Options.Budgets.Select(levels => attack.Epsilon.WithValue(levels * largest))]);
    }

    // Whoever loads another world gets that world's numbers, not the stored ones of the options' world.
    private AttacksOptions OptionsFor(Victim victim) => Options with { World = victim.World.Name, Images = (int)victim.Images.shape[0] };

    private Dictionary<string, string> Checkpoints() => new() { [ShippedCheckpoints.MiniClipName] = ShippedCheckpoints.HashOf(_lab, ShippedCheckpoints.MiniClipName) };

    private RunKey KeyFor(Victim victim) => RunKey.For(Id, OptionsFor(victim), _lab.Scale, _lab.Seed, Version, Checkpoints());

    private static int Place(Victim victim, int picture)
    {
        ArgumentNullException.ThrowIfNull(victim);
        var right = victim.Right;
        return picture >= 0 && picture < right.Count ? right[picture] : throw new ArgumentOutOfRangeException(nameof(picture), picture, $"Choose one of the {right.Count} pictures that the model names rightly, counted from 0.");
    }

    private IEnumerable<GridCell?> Cells(Victim victim, IImageAttack attack, PixelBudget budget, Tensor image, Tensor label, int truth)
    {
        if (Sized(attack, budget) is not { } sized)
        {
            return [null, null];
        }

        using var random = _lab.Random("attack: pictures");
        var attacked = sized.Perturb(victim.Classifier, image, label, random);
        var amplification = 0.5 / Math.Max((attacked - image).abs().max().item<float>(), 1e-6);
        return
        [
            new GridCell(AttackPictures.Change(image, attacked, 0, amplification), amplification > 1e5 ? "no change" : string.Create(CultureInfo.InvariantCulture, $"× {amplification:0}")),
            AttackPictures.Answer(attacked, victim.Classifier(attacked).softmax(1), 0, truth, victim.World.Classes),
        ];
    }

    private List<Measurement> Measure(Victim victim)
    {
        using var progress = Lab.Progress("Attacking");
        var rows = new List<Measurement> { Measurement.Of(AttacksRun.CleanName, AttacksRun.AccuracyColumn, Statistics.Wilson([.. victim.Clean.Correct])) };
        (IImageAttack Attack, PixelBudget Budget)[] all = [.. from budget in ComparedBudgets from attack in Suite(victim) let sized = Sized(attack, budget) where sized is not null select (sized, budget)];
        foreach (var (number, (attack, budget)) in all.Index())
        {
            var name = AttacksRun.RowName(attack.Name, budget.Norm);
            rows.AddRange(Measure(victim, attack, name, share => progress.Report((number + share) / all.Length, name)));
        }

        progress.Finish($"{all.Length} attacks on {victim.Images.shape[0]} pictures");
        return rows;
    }

    private IEnumerable<Measurement> Measure(Victim victim, IImageAttack attack, string name, Action<double> progress)
    {
        using var scope = NewDisposeScope();
        using var random = _lab.Random("attack: comparison");
        var counted = new CountedClassifier(victim.Classifier);
        var clock = Stopwatch.StartNew();
        var total = victim.Images.shape[0];
        var parts = new List<Tensor>();
        for (var start = 0L; start < total; start += BatchSize)
        {
            var size = Math.Min(BatchSize, total - start);
            var done = start;
            parts.Add(attack.Perturb(counted.Logits, victim.Images.narrow(0, start, size), victim.Labels.narrow(0, start, size), random, share => progress((done + (share * size)) / total)));
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var attacked = cat(parts);
        var result = ClassifierEvaluation.OnClean(victim.Classifier, attacked, victim.Labels);
        var changed = victim.Clean.Correct.Zip(result.Correct).Index().Where(at => at.Item.First && !at.Item.Second).Select(at => at.Index).ToArray();
        var change = (attacked - victim.Images).flatten(1).to(ScalarType.Float64).cpu();
        double[] largest = [.. change.abs().amax([1]).data<double>()];
        double[] length = [.. change.square().sum(1).sqrt().data<double>()];
        Measurement Plain(string column, double value) => new(name, column, value, N: (int)total, IsRate: false);
        Measurement[] sizes = changed.Length == 0 ? [] :
        [
            Plain(AttacksRun.LargestColumn, 255 * Median(changed.Select(i => largest[i]))),
            Plain(AttacksRun.LengthColumn, Median(changed.Select(i => length[i]))),
        ];
        return
        [
            Measurement.Of(name, AttacksRun.AccuracyColumn, Statistics.Wilson([.. result.Correct])),
            .. sizes,
            Plain(AttacksRun.ForwardColumn, (double)counted.Forward / total),
            Plain(AttacksRun.BackwardColumn, (double)counted.Backward / total),
            Plain(AttacksRun.SecondsColumn, seconds / total),
        ];
    }

    // Without the names, which the first column has.
    private static string Settings(IImageAttack attack)
    {
        if (attack is AutoAttack ensemble)
        {
            return string.Join(", then ", ensemble.Attacks.Select(part => part.Name)) + "; each on what is still right";
        }

        var text = attack.ToString() ?? "";
        var start = text.IndexOf('{', StringComparison.Ordinal);
        return start < 0 ? text[Math.Min(text.Length, attack.Name.Length)..].Trim() : text[start..].Trim('{', '}', ' ');
    }

    private static double Median(IEnumerable<double> values) => Statistics.Quantile([.. values.Order()], 0.5);

    private IReadOnlyList<IImageAttack> Suite(Victim victim)
    {
        ArgumentNullException.ThrowIfNull(victim);
        return AttackSuite.For(victim.World.Classes.Count, Options.Effort);
    }

    // Null where the attack does not exist in the norm.
    private static IImageAttack? Sized(IImageAttack attack, PixelBudget budget)
    {
        try
        {
            return attack.WithEpsilon(budget);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private sealed record AttackRow(string Attack, string Settings);
}
