using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.ZeroShot;

namespace RobustVlm.Experiments.PmgAftStudy;

/// <summary>Notebook 07: adversarial fine-tuning of CLIP on one set and what becomes of fifteen others, live for one seed, and from the sweep's stored runs for all.</summary>
public sealed class PmgAftExperiment
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = PmgAftSweep.Id;

    private readonly Lab _lab;
    private readonly PmgAftPlan _plan;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public PmgAftExperiment(Lab lab, PmgAftExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? PmgAftExperimentOptions.For(lab.Scale);
        _plan = PmgAftPlan.For(lab.Scale == Scale.Smoke ? Scale.Smoke : Scale.Demo);
        if (!PmgAftPlan.BudgetsWithoutTraining.Contains(Options.LiveEpsilon))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The live budget cannot be {Options.LiveEpsilon}; choose one of {string.Join(", ", PmgAftPlan.BudgetsWithoutTraining)} grey levels."), nameof(options));
        }
    }

    /// <summary>The settings.</summary>
    public PmgAftExperimentOptions Options { get; }

    /// <summary>The set to learn from and the fifteen others: classes, sizes, what guessing reaches, a sentence.</summary>
    public static ResultTable Sets() => ResultTable
        .From(ZeroShotPictures.ZeroShot.Prepend(ZeroShotPictures.Source).Select(world => new
        {
            Set = world.Name,
            Role = world == ZeroShotPictures.Source ? "source: trained on" : "zero-shot",
            Classes = world.Classes.Count,
            Guessing = 1.0 / world.Classes.Count,
            Size = world.NativeSize is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size} pixels, attacked there") : "48 pixels",
            Sentence = world.Prompts[0][0],
        }))
        .AsPercent("Guessing").Rename("Sentence", "First sentence of the first class")
        .WithCaption("One source set and fifteen zero-shot sets");

    /// <summary>Pictures of every set.</summary>
    public ContactSheet ShowSets()
    {
        using var pictures = Draw(_plan.SourcePictures, Options.ShownPictures);
        return new ContactSheet(new ImageGrid
        {
            Title = "The source set (first row) and the fifteen zero-shot sets",
            Rows = [.. pictures.Sets.Select(set => new GridRow([.. Enumerable.Range(0, Options.ShownPictures).Select(i => new GridCell(TensorPicture.Of(set.Images, i)))], set.Name))],
            CellSize = 56,
        });
    }

    /// <summary>Trains the methods of the options on one seed and scores them, the pre-trained model beside them.</summary>
    public PmgAftLive Train()
    {
        using var progress = Lab.Progress("Training");
        var pictures = Draw(_plan.SourcePictures, _plan.Pictures);
        PmgAftArm[] arms = [PmgAftArm.Original, .. Options.LiveArms.Where(arm => arm is not (PmgAftArm.Original or PmgAftArm.PadPrompt or PmgAftArm.TokenPrompt))];
        var fits = new List<PmgAftLiveFit>();
        foreach (var arm in arms)
        {
            var options = _plan.Fit(arm, arm == PmgAftArm.FineTuneClean ? 0 : Options.LiveEpsilon);
            fits.Add(PmgAftLiveFit.Train(_lab, PmgAftPlan.NameOf(arm), PmgAftPlan.MethodOf(arm), options, pictures, arm == PmgAftArm.Original ? 0 : Options.LivePoints,
                share => progress.Report((fits.Count + share) / arms.Length, PmgAftPlan.NameOf(arm))));
        }

        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{arms.Length - 1} trainings of {_plan.Steps} steps"));
        return new PmgAftLive(_lab, pictures, fits, Options.LiveEpsilon, _plan.AttackSteps);
    }

    /// <summary>The sweep's stored runs.</summary>
    public PmgAftRuns Stored() => new(_lab);

    /// <summary>Trains losses of one's own for a few steps, with TeCoA and PMG-AFT beside them under the same short conditions.</summary>
    /// <param name="methods">The losses, e.g. an <see cref="OwnLoss"/>.</param>
    /// <returns>Clean and robust accuracy of each.</returns>
    public ResultTable TryLoss(params IFineTuningMethod[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        using var progress = Lab.Progress("Your own loss");
        using var pictures = Draw(_plan.SourcePictures, Options.OwnPictures);
        IFineTuningMethod[] all = [new TeCoA(), new PmgAft(), .. methods];
        var rows = new List<(string Name, PmgAftLiveFit Fit)>();
        var options = _plan.Fit(PmgAftArm.TeCoA, Options.LiveEpsilon) with { Steps = Options.OwnSteps, BatchSize = Options.OwnBatchSize, Pictures = Options.OwnPictures };
        var robust = PmgAftScores.Robust(Options.LiveEpsilon);
        foreach (var method in all)
        {
            using var fit = PmgAftLiveFit.Train(_lab, method.Name, method, options, pictures, 0, share => progress.Report((rows.Count + share) / all.Length, method.Name));
            rows.Add((method.Name, fit));
        }

        progress.Finish(string.Create(CultureInfo.InvariantCulture, $"{all.Length} trainings of {Options.OwnSteps} steps"));
        return ResultTable.From(rows.Select(row => new
        {
            Loss = row.Name,
            SourceClean = row.Fit.Score(ZeroShotPictures.Source.Name, PmgAftScores.CleanColumn),
            SourceRobust = row.Fit.Score(ZeroShotPictures.Source.Name, robust),
            Clean = row.Fit.Score(PmgAftScores.MeanRow, PmgAftScores.CleanColumn),
            Robust = row.Fit.Score(PmgAftScores.MeanRow, robust),
        }))
        .AsPercent("SourceClean", "SourceRobust", "Clean", "Robust")
        .Rename("SourceClean", "Source, clean").Rename("SourceRobust", "Source, robust").Rename("Clean", "15 sets, clean").Rename("Robust", "15 sets, robust")
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"{Options.OwnSteps} steps of {Options.OwnBatchSize} pictures at {PmgAftScores.Grey(Options.LiveEpsilon)}, {Options.OwnPictures} pictures per set"))
        .WithFootnotes("Few steps and few pictures: good for trying, not for a claim. PmgAftExperimentOptions has OwnSteps and OwnPictures.");
    }

    /// <summary>The experiment at the paper's size, with the reader's weights and sets.</summary>
    /// <param name="options">Settings; null takes the published ones.</param>
    public PmgAftPaper AtPaperScale(PmgAftPaperOptions? options = null) => new(_lab, options);

    private ZeroShotPictures Draw(int source, int each)
    {
        using var model = ShippedCheckpoints.MiniClip(_lab).Model;
        return ZeroShotPictures.Draw(_lab, source, each, model.Options.Image.ImageSize, ShippedCheckpoints.Tokenizer(_lab, model.Options.Text.ContextLength));
    }
}
