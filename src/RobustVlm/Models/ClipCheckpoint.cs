using System.Text.Json;
using System.Text.Json.Serialization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Stores a <see cref="Clip"/> in a safetensors file, with its sizes in the file's metadata.</summary>
public static class ClipCheckpoint
{
    private const string OptionsKey = "clip_options";

    // OpenAI's files hold these beside the weights; they repeat the sizes.
    private static readonly string[] NotWeights = ["input_resolution", "context_length", "vocab_size"];

    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; an existing one is replaced once the new one is complete.</param>
    /// <param name="metadata">More text to keep with the model, e.g. its vocabulary or how it was trained.</param>
    public static void Save(Clip model, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>())
        {
            [OptionsKey] = JsonSerializer.Serialize(model.Options, Json),
        };
        Safetensors.Write(path, model.state_dict(), text);
    }

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model in evaluation mode, and the text that was kept with it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or holds another kind of model; the message says what is wrong.</exception>
    public static (Clip Model, IReadOnlyDictionary<string, string> Metadata) Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(OptionsKey, out var json))
        {
            throw new InvalidDataException($"{path} does not say which sizes its model has; load it with matching ClipOptions.");
        }

        return (Load(file, ReadOptions(json, path)), file.Metadata);
    }

    /// <summary>Reads a model from a file without sizes, e.g. a published checkpoint.</summary>
    /// <param name="path">The file; names as in OpenAI's and open_clip's ViT models.</param>
    /// <param name="options">Sizes of the model, e.g. <see cref="ClipOptions.ViTB32"/>.</param>
    /// <returns>The model in evaluation mode, in float32.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit the sizes; the message says where.</exception>
    public static Clip Load(string path, ClipOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ModelGuard.Check(options);
        using var file = SafetensorsFile.Open(path);
        return Load(file, options);
    }

    private static Clip Load(SafetensorsFile file, ClipOptions options)
    {
        // Compared before anything is made, so that a wrong file costs no memory and leaves nothing half loaded.
        CheckFits(file, ClipLayout.Shapes(options));
        var model = new Clip(options, new Generator(0));
        using var noGradient = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var stored = file.Load(name);
            parameter.copy_(stored);
        }

        model.eval();
        return model;
    }

    private static ClipOptions ReadOptions(string json, string path)
    {
        try
        {
            var options = JsonSerializer.Deserialize<ClipOptions>(json, Json) ?? throw new JsonException("null");
            ModelGuard.Check(options);
            return options;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{path} holds sizes that are impossible or unknown to this version; load it with matching ClipOptions or make it again.",
                error);
        }
    }

    private static void CheckFits(SafetensorsFile file, IReadOnlyDictionary<string, long[]> expected)
    {
        var problems = new List<string>();
        var missing = expected.Keys.Where(name => !file.Entries.ContainsKey(name)).ToArray();
        var unknown = file.Entries.Keys.Where(name => !expected.ContainsKey(name) && !NotWeights.Contains(name)).ToArray();
        var different = expected
            .Where(pair => file.Entries.TryGetValue(pair.Key, out var entry) && !entry.Shape.SequenceEqual(pair.Value))
            .Select(pair => $"{pair.Key} is [{string.Join(", ", file.Entries[pair.Key].Shape)}] instead of [{string.Join(", ", pair.Value)}]")
            .ToArray();
        AddProblem(problems, "missing", missing);
        AddProblem(problems, "not part of the model", unknown);
        AddProblem(problems, "of another shape", different);
        if (problems.Count > 0)
        {
            throw new InvalidDataException(
                $"{file.FilePath} does not fit the model ({string.Join("; ", problems)}); use the sizes it was made with.");
        }
    }

    private static void AddProblem(List<string> problems, string kind, string[] names)
    {
        if (names.Length > 0)
        {
            problems.Add($"{names.Length} {kind}: {string.Join(", ", names.Take(3))}{(names.Length > 3 ? ", ..." : "")}");
        }
    }
}
