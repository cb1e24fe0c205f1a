using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RobustVlm.Experiments.Results;

/// <summary>What makes two runs the same run. Two keys are equal exactly when all their parts are.</summary>
public sealed partial record RunKey
{
    private RunKey(string experiment, string hash)
    {
        Experiment = experiment;
        Hash = hash;
    }

    /// <summary>Experiment id, also the name of the folder.</summary>
    public string Experiment { get; }

    /// <summary>24 hexadecimal digits (96 bits of a SHA-256) over all parts; the name of the file.</summary>
    public string Hash { get; }

    /// <summary>Makes a key.</summary>
    /// <param name="experiment">Experiment id: lower-case letters, digits and hyphens, e.g. <c>06-melo</c>.</param>
    /// <param name="options">The settings; their JSON is part of the key, the order of the properties is not.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="methodVersion">Version of the method's behaviour.</param>
    /// <param name="checkpoints">File name and content hash of every checkpoint the run starts from.</param>
    /// <exception cref="FormatException">The experiment id could not be a folder's name.</exception>
    public static RunKey For<TOptions>(
        string experiment,
        TOptions options,
        Scale scale,
        ulong seed,
        int methodVersion,
        IReadOnlyDictionary<string, string>? checkpoints = null)
    {
        var settings = JsonSerializer.SerializeToNode(options, ResultJson.Options);
        return FromJson(experiment, settings, scale, seed, methodVersion, checkpoints ?? new Dictionary<string, string>());
    }

    /// <summary>The key of a record as it stands in a file, before it is read into today's options type.</summary>
    internal static RunKey FromJson(
        string experiment,
        JsonNode? settings,
        Scale scale,
        ulong seed,
        int methodVersion,
        IReadOnlyDictionary<string, string> checkpoints)
    {
        CheckExperiment(experiment);
        var parts = new JsonObject
        {
            ["experiment"] = experiment,
            ["options"] = settings?.DeepClone(),
            ["scale"] = scale.ToString(),
            ["seed"] = seed,
            ["methodVersion"] = methodVersion,
            ["checkpoints"] = JsonSerializer.SerializeToNode(checkpoints, ResultJson.Options),
        };

        // ToJsonString of a parsed and of a serialised number agree, because files are written by the same serialiser.
        var text = ResultJson.Canonical(parts)!.ToJsonString();
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return new RunKey(experiment, Convert.ToHexStringLower(digest.AsSpan(0, 12)));
    }

    internal static void CheckExperiment(string experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (!ExperimentId().IsMatch(experiment))
        {
            throw new FormatException(
                $"'{experiment}' is not an experiment id; use lower-case letters, digits and hyphens, e.g. 06-melo.");
        }
    }

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex ExperimentId();
}
