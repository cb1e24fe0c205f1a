using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods.Nullspaces;
using RobustVlm.Models;

namespace RobustVlm.Experiments.NullspaceStudy;

/// <summary>Notebook 04: what a vision transformer cannot see, exactly and nearly, and fine-tuning with it; live for one seed, and from the sweep's stored runs for all.</summary>
public sealed class NullspaceExperiment
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = NullspaceSweep.Id;

    private readonly Lab _lab;
    private readonly NullspacePlan _plan;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public NullspaceExperiment(Lab lab, NullspaceExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? NullspaceExperimentOptions.For(lab.Scale);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.LivePictures, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.LiveRounds, 1, nameof(options));
        _plan = NullspacePlan.For(lab.Scale == Scale.Smoke ? Scale.Smoke : Scale.Demo);
    }

    /// <summary>The settings.</summary>
    public NullspaceExperimentOptions Options { get; }

    /// <summary>The usual transformers by dimension counting alone: no weights were looked at.</summary>
    public static ResultTable Dimensions() => NullspaceDimensions.Counted();

    /// <summary>Exact nullspaces from weights: the shipped mini transformers, files in <c>ROBUSTVLM_BACKBONE</c> and <c>ROBUSTVLM_CLIP</c>, and files of one's own.</summary>
    /// <param name="files">Safetensors or PyTorch files with the names of timm, CLIP, Hugging Face or torchvision.</param>
    public ResultTable DimensionsOf(params string[] files) => NullspaceDimensions.OfFiles(_lab, files);

    /// <summary>Pictures of every class, and of the sites that no model learns from.</summary>
    public ContactSheet ShowPictures()
    {
        using var pictures = NullspacePictures.Draw(_lab, _plan.Analysis() with { TrainPictures = 1, ValidationPictures = 1, TestPictures = NullspacePictures.Classes.Count * Options.ShownPictures });
        var classes = NullspacePictures.Classes;
        GridRow Row(LabelledPart part, int first, int step, string label) =>
            new([.. Enumerable.Range(0, Options.ShownPictures).Select(i => new GridCell(TensorPicture.Of(part.Images, first + (step * i))))], label);
        return new ContactSheet(new ImageGrid
        {
            Title = "Seven classes of one site, to learn from; below, sites for tests alone",
            Rows = [.. classes.Select((name, k) => Row(pictures.Test, k, classes.Count, name)), .. pictures.Shifted.Select(site => Row(site.Part, 0, 1, $"site: {site.Name}"))],
            CellSize = 56,
        });
    }

    /// <summary>Trains the model that all arms of the lab's seed start from.</summary>
    public NullspaceLive Train()
    {
        using var progress = Lab.Progress("Training");
        var options = _plan.Analysis();
        var fit = new NullspaceFit();
        var (model, pictures) = fit.Begin(_lab, options, (_, text) => progress.Report(0.5, text));
        progress.Finish($"{options.BaseSteps} steps on {options.TrainPictures} pictures");
        return new NullspaceLive(_lab, Options, options, fit, model, pictures);
    }

    /// <summary>The sweep's stored runs.</summary>
    public NullspaceRuns Stored() => new(_lab);

    /// <summary>The settings of the reported runs, for <see cref="NullspaceTuning"/> on weights and images of one's own.</summary>
    /// <param name="arm">What the second half of the loss is.</param>
    /// <param name="epsilon">Where the search for noise stops; the paper has 0.03, and 0.01 and 0.1 for comparison.</param>
    public static NullspaceTuningOptions Published(NullspaceArm arm, double epsilon = NullspacePlan.Epsilon) => NullspacePreset.Published(arm, epsilon);

    /// <summary>Two steps of every arm of the published recipe on made data: proves that the path works at a size, not that it learns.</summary>
    /// <param name="model"><c>ViT-S/16</c> or <c>ViT-B/16</c>, the paper's; null takes a transformer of ViT-Ti/16's width with one block on images of 32 pixels.</param>
    public ResultTable DryRun(string? model = null)
    {
        var sizes = model is null ? VisionTransformerOptions.ViTTi16 with { ImageSize = 32, Depth = 1 }
            : NullspacePreset.Models.FirstOrDefault(known => known.Name == model).Sizes
                ?? throw new ArgumentException($"'{model}' is not one of the paper's models; choose {string.Join(" or ", NullspacePreset.Models.Select(known => known.Name))}.", nameof(model));
        var recipe = NullspacePreset.Published(NullspaceArm.Nullspace);
        return ResultTable
            .From(NullspacePreset.DryRun(_lab, sizes).Select(entry => new
            {
                entry.Arm,
                Losses = string.Join(", ", entry.Result.Losses.Select(Text)),
                Noise = entry.Result.Rounds.Count > 0 ? string.Join(", ", entry.Result.Rounds.Select(round => Text(round.Norm))) : "–",
            }))
            .Rename("Losses", "Loss of each step").Rename("Noise", "Length of each noise")
            .WithCaption($"{model ?? "tiny"}: two steps of the published recipe on made data, random weights")
            .WithFootnotes(FormattableString.Invariant(
                $"The whole recipe: {recipe.Rounds} rounds of {recipe.StepsPerRound} steps of {recipe.BatchSize} images, AdamW at {recipe.LearningRate}; noise in at most {recipe.Noise.MaxSteps} steps a round."));

        static string Text(double value) => value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
    }
}
