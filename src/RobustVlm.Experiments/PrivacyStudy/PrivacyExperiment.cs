using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>Notebook 08: who was in the training data of a diffusion model; live on the shipped one, and from the sweep's stored runs for five seeds.</summary>
public sealed class PrivacyExperiment
{
    /// <summary>Experiment id; also the notebook's file name.</summary>
    public const string Id = PrivacySweep.Id;

    private readonly Lab _lab;

    /// <summary>Makes the experiment.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public PrivacyExperiment(Lab lab, PrivacyExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? PrivacyExperimentOptions.For(lab.Scale);
        if (Options.Candidates < 10 || Options.Candidates > MiniDiffusionRecipe.Full.Options.Candidates)
        {
            throw new ArgumentException($"The shipped model has {MiniDiffusionRecipe.Full.Options.Candidates} members; choose 10 or more Candidates, and no more than that.", nameof(options));
        }

        if (Options.ShownPictures < 1 || Options.ShownPictures > MiniDiffusionRecipe.Full.Options.Candidates)
        {
            throw new ArgumentException($"The shipped model has {MiniDiffusionRecipe.Full.Options.Candidates} members; choose 1 or more ShownPictures, and no more than that.", nameof(options));
        }
    }

    /// <summary>The settings.</summary>
    public PrivacyExperimentOptions Options { get; }

    /// <summary>What the shipped model is, and what was measured when it was made.</summary>
    public ResultTable Model
    {
        get
        {
            var card = ShippedCheckpoints.Card(_lab, ShippedCheckpoints.DiffusionName);
            return card.Table.WithCaption(card.Summary).WithFootnotes([.. card.Notes, $"Made by {card.Command}."]);
        }
    }

    /// <summary>Members of the shipped model above, others below.</summary>
    public ContactSheet ShowPictures()
    {
        using var images = PrivacyLive.Pictures(_lab);
        var first = MiniDiffusionRecipe.Full.Options.Candidates;
        GridRow Row(string label, int start) => new([.. Enumerable.Range(start, Options.ShownPictures).Select(i => new GridCell(TensorPicture.Of(images.Candidates.Images, i)))], label);
        return new ContactSheet(new ImageGrid
        {
            Title = "Which of these was the model trained on? The upper row was, the lower was not",
            Rows = [Row("members", 0), Row("others", first)],
            CellSize = 72,
        });
    }

    /// <summary>Attacks the shipped model in every way.</summary>
    public PrivacyLive Attack() => PrivacyLive.Attack(_lab, Options);

    /// <summary>The sweep's stored runs.</summary>
    public PrivacyRuns Stored() => new(_lab);

    /// <summary>The experiment at published size, with the reader's images or model.</summary>
    public PrivacyPaper AtPaperScale() => new(_lab);
}
