using System.Globalization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Methods.LowRank;

/// <summary>One task in a safetensors file: matrices, head, and in the metadata all that says where they belong.</summary>
internal sealed class LowRankTaskFile : IDisposable
{
    internal const string HeadWeight = "head.weight";
    internal const string HeadBias = "head.bias";
    private const string FormatKey = "format";
    private const string Format = "low-rank task 1";
    private const string TaskKey = "task";
    private const string RankKey = "rank";
    private const string AlphaKey = "alpha";
    private const string TargetsKey = "targets";
    private const string BlocksKey = "blocks";
    private const string UnderKey = "under";
    private const string BackboneKey = "backbone_sha256";

    private readonly SafetensorsFile _file;

    private LowRankTaskFile(SafetensorsFile file)
    {
        _file = file;
    }

    /// <summary>The task's name when it was saved.</summary>
    internal string Task => Text(TaskKey);

    /// <summary>Settings the task was made with; dropout is not stored, since a finished task needs none.</summary>
    internal LowRankOptions Options
    {
        get
        {
            if (int.TryParse(Text(RankKey), NumberStyles.None, CultureInfo.InvariantCulture, out var rank) && rank > 0
                && double.TryParse(Text(AlphaKey), NumberStyles.Float, CultureInfo.InvariantCulture, out var alpha)
                && Enum.TryParse<LowRankTargets>(Text(TargetsKey), out var targets)
                && Numbers(Text(BlocksKey)) is { } blocks)
            {
                return new LowRankOptions { Rank = rank, Alpha = alpha, Targets = targets, Blocks = blocks.Length == 0 ? null : blocks, Under = Text(UnderKey) };
            }

            throw new InvalidDataException($"{_file.FilePath} has unreadable settings of its task; save the task again.");
        }
    }

    internal static void Write(LowRankAdapter adapter, string task, string path, (Tensor Weight, Tensor? Bias)? head)
    {
        var tensors = adapter.Matrices(task).ToDictionary(entry => entry.Name, entry => (Tensor)entry.Matrix);
        if (head is { } layer)
        {
            tensors[HeadWeight] = layer.Weight;
            if (layer.Bias is not null)
            {
                tensors[HeadBias] = layer.Bias;
            }
        }

        Safetensors.Write(path, tensors, new Dictionary<string, string>(Settings(adapter.Options))
        {
            [FormatKey] = Format,
            [TaskKey] = task,
            [BackboneKey] = adapter.BackboneChecksum(),
        });
    }

    internal static LowRankTaskFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format)
        {
            file.Dispose();
            throw new InvalidDataException($"{path} holds no low-rank task; give a file that was written by saving one.");
        }

        return new LowRankTaskFile(file);
    }

    /// <summary>Refuses a file that does not belong to the adapter's model.</summary>
    internal void Check(LowRankAdapter adapter)
    {
        // The coarse before the fine, so that the message names the cause.
        var path = _file.FilePath;
        var (mine, theirs) = (Settings(adapter.Options), Settings(Options));
        if (mine.Keys.FirstOrDefault(key => mine[key] != theirs[key]) is { } key)
        {
            throw new InvalidDataException($"{path} was made with {key} '{theirs[key]}', not '{mine[key]}'; attach with the settings that LowRankClassifier.OptionsOf gives for this file.");
        }

        var expected = adapter.Expected().ToArray();
        if (expected.FirstOrDefault(entry => !_file.Entries.ContainsKey(entry.Name)) is { Name: not null } missing)
        {
            throw new InvalidDataException($"{path} lacks {missing.Name}, so it was made for a model with other layers or is incomplete; use the model it was made for.");
        }

        if (expected.FirstOrDefault(entry => !_file.Entries[entry.Name].Shape.SequenceEqual(entry.Shape)) is { Name: not null } wrong)
        {
            throw new InvalidDataException(
                $"{path} was made for another width: {wrong.Name} is [{string.Join(", ", _file.Entries[wrong.Name].Shape)}], not [{string.Join(", ", wrong.Shape)}]; use the model it was made for.");
        }

        if (Text(BackboneKey) != adapter.BackboneChecksum())
        {
            throw new InvalidDataException($"{path} was made for another backbone of the same size; load the weights it was trained on.");
        }
    }

    /// <summary>The head's weight and bias.</summary>
    internal (Tensor Weight, Tensor Bias) Head(int width)
    {
        if (!_file.Entries.TryGetValue(HeadWeight, out var weight) || !_file.Entries.TryGetValue(HeadBias, out var bias))
        {
            throw new InvalidDataException($"{_file.FilePath} lacks {HeadWeight} or {HeadBias}; save the task from a LowRankClassifier.");
        }

        if (weight.Shape is not [var classes, var inputs] || inputs != width || bias.Shape is not [var values] || values != classes)
        {
            throw new InvalidDataException($"{_file.FilePath} has a head of another width: its weight is [{string.Join(", ", weight.Shape)}], not [classes, {width}].");
        }

        return (_file.Load(HeadWeight), _file.Load(HeadBias));
    }

    internal Tensor Load(string name) => _file.Load(name);

    public void Dispose() => _file.Dispose();

    private static Dictionary<string, string> Settings(LowRankOptions options) => new()
    {
        [TargetsKey] = options.Targets.ToString(),
        [RankKey] = options.Rank.ToString(CultureInfo.InvariantCulture),
        [AlphaKey] = options.Alpha.ToString("R", CultureInfo.InvariantCulture),
        [BlocksKey] = string.Join(',', (options.Blocks ?? []).Order()),
        [UnderKey] = options.Under,
    };

    private static int[]? Numbers(string text)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return parts.All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)) ? [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))] : null;
    }

    private string Text(string key) => _file.Metadata.GetValueOrDefault(key)
        ?? throw new InvalidDataException($"{_file.FilePath} does not say its {key}; save the task again.");
}
