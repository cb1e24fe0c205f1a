using System.Globalization;
using RobustVlm.Data;
using RobustVlm.Experiments.Plots;
using RobustVlm.Models;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>A mini CLIP after its training.</summary>
/// <param name="Model">The model, in evaluation mode.</param>
/// <param name="Tokenizer">Turns reports and prompts into the model's tokens.</param>
/// <param name="Losses">Loss of each training step.</param>
/// <param name="CheckpointName">File name of the stored weights.</param>
/// <param name="CheckpointHash">SHA-256 of that file.</param>
public sealed record TrainedClip(Clip Model, WordTokenizer Tokenizer, IReadOnlyList<double> Losses, string CheckpointName, string CheckpointHash) : IDisposable
{
    /// <summary>The loss over the training steps, beside that of guessing.</summary>
    /// <param name="batchSize">Pairs in one step; guessing among them costs its logarithm.</param>
    public LossCurve PlotLoss(int batchSize = 64) => new()
    {
        Title = "Training the mini CLIP: symmetric InfoNCE",
        Losses = Losses,
        YTitle = "loss (nats)",
        Reference = new ReferenceLine(Math.Log(batchSize), string.Create(CultureInfo.InvariantCulture, $"guessing 1 of {batchSize}")),
    };

    /// <summary>Frees the model.</summary>
    public void Dispose() => Model.Dispose();

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Mini CLIP, {Model.parameters().Sum(p => p.numel()) / 1e6:0.00} million parameters, trained for {Losses.Count} steps; last loss {Losses.TakeLast(20).Average():0.00}");
}
