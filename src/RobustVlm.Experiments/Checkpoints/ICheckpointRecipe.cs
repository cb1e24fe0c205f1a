using System.Text.Json.Nodes;
using TorchSharp;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>How a shipped checkpoint is made.</summary>
internal interface ICheckpointRecipe
{
    /// <summary>Name with version; a recipe that changes gets a new one.</summary>
    string Name { get; }

    /// <summary>What it is, in one sentence.</summary>
    string Summary { get; }

    /// <summary>What it is trained on, in one sentence.</summary>
    string Data { get; }

    /// <summary>All settings.</summary>
    JsonNode Settings { get; }

    /// <summary>Limits a user should know.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Whether matrix products are shortened in training where the device has such ones.</summary>
    bool MixedPrecision => true;

    /// <summary>Trains the model.</summary>
    /// <param name="lab">Seed and device.</param>
    /// <param name="progress">Shows how far it is.</param>
    /// <param name="stateFile">Where the training keeps its state.</param>
    /// <returns>The trained model and its losses.</returns>
    (torch.nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile);

    /// <summary>Measures the stored model.</summary>
    /// <param name="lab">Seed and device.</param>
    /// <param name="path">The stored weights.</param>
    IReadOnlyList<CheckpointScore> Measure(Lab lab, string path);
}
