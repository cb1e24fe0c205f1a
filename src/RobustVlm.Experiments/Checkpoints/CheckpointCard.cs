using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>One number that a checkpoint was measured with.</summary>
/// <param name="Name">What was measured, e.g. a family of classes.</param>
/// <param name="Metric">The measure, e.g. <c>zero-shot accuracy</c>.</param>
/// <param name="Value">The number, a fraction for rates.</param>
/// <param name="Images">Pictures or texts it was measured on.</param>
/// <param name="Chance">What guessing gives; null where that means nothing.</param>
/// <param name="Goal">What it must reach; null without a goal.</param>
public sealed record CheckpointScore(string Name, string Metric, double Value, int Images, double? Chance = null, double? Goal = null)
{
    /// <summary>Whether the goal is met; null without a goal.</summary>
    public bool? Met => Goal is { } goal ? Value >= goal : null;
}

/// <summary>Where a shipped checkpoint comes from: command, seed, commit, data, settings, curve, scores, time, device.</summary>
public sealed record CheckpointCard
{
    /// <summary>File name of the machine-readable card in the checkpoint's folder.</summary>
    internal const string FileName = "card.json";

    /// <summary>Name with version; also the folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The command that makes it again.</summary>
    public required string Command { get; init; }

    /// <summary>What it was trained on.</summary>
    public required string Data { get; init; }

    /// <summary>All settings of the recipe.</summary>
    public required JsonNode Settings { get; init; }

    /// <summary>Commit, scale, seed, device, libtorch, start and duration.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>Weights in the file.</summary>
    public required long Weights { get; init; }

    /// <summary>The training step of each point of the curve.</summary>
    public required IReadOnlyList<double> CurveSteps { get; init; }

    /// <summary>Mean loss up to each of these steps since the one before.</summary>
    public required IReadOnlyList<double> Curve { get; init; }

    /// <summary>What it was measured with after training, from the stored file.</summary>
    public required IReadOnlyList<CheckpointScore> Scores { get; init; }

    /// <summary>Limits a user should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The scores as a table.</summary>
    public ResultTable Table => ResultTable.From(Scores.Select(score => new ScoreRow(
        score.Name, score.Metric, score.Value, score.Chance, score.Goal, score.Images, score.Met switch { true => "met", false => "missed", _ => "" }))).WithDecimals("Value", 3).WithDecimals("Chance", 3).WithDecimals("Goal", 3);

    /// <summary>Reads a card.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="InvalidDataException">There is none or it is damaged.</exception>
    public static CheckpointCard Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<CheckpointCard>(File.ReadAllText(path), ResultJson.Options) ?? throw new JsonException("null");
        }
        catch (Exception error) when (error is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{path} is missing or damaged; restore it from the repository, or make the checkpoint again with ./notebooks/train {Path.GetFileName(folder)}.", error);
        }
    }

    /// <summary>Writes the card for programs and for people beside the weights.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    internal void Write(string folder)
    {
        WriteWhole(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, ResultJson.Options) + "\n");
        WriteWhole(Path.Combine(folder, "README.md"), ToMarkdown());
    }

    private static void WriteWhole(string path, string text)
    {
        File.WriteAllText(path + ".tmp", text);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private string ToMarkdown()
    {
        var minutes = Environment.Duration.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Name}\n\n{Summary}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| | |\n|---|---|\n| made by | `{Command}` |\n| data | {Data} |\n| weights | {Weights:N0} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| seed | {Environment.Seed} |\n| commit | {Environment.Commit} |\n| device | {Environment.Device}, {Environment.Precision} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| time | {minutes} minutes |\n| licence | that of this repository; all training data is synthetic |\n\n");
        text.Append("![Training loss](curve.png)\n\n## Measured after training\n\n").Append(Table.ToMarkdown()).Append('\n');
        foreach (var note in Notes)
        {
            text.Append("- ").Append(note).Append('\n');
        }

        text.Append("\n## Settings\n\n```json\n").Append(Settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true })).Append("\n```\n");
        return text.ToString();
    }

    private sealed record ScoreRow(string What, string Metric, double Value, double? Chance, double? Goal, int Images, string Verdict);
}
