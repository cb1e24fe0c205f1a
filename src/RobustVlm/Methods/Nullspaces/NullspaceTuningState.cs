using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>What a <see cref="NullspaceTuning"/> keeps beside the state of its training loop: scores and noises of the rounds, the noise in use, the best weights.</summary>
/// <remarks>
/// Written when a round has its noise and when it has its score. The loop's own state is never behind by a round nor ahead by one, since it is saved at the end of each,
/// so that whenever the process ends the two files fit.
/// </remarks>
internal sealed class NullspaceTuningState(string? loopFile, NullspaceTuningOptions options, ulong seed, BestWeights best) : IDisposable
{
    private const string IdentityKey = "nullspace_tuning";
    private const string ProgressKey = "progress";
    private const string NoiseKey = "noise";
    private const string BestPrefix = "best.";

    private static readonly JsonSerializerOptions s_json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,   // a score may be NaN
    };

    private readonly List<NullspaceRound> _rounds = [];

    internal IReadOnlyList<NullspaceRound> Rounds => _rounds;

    /// <summary>Float tensor [1, L, D]: the noise in use; null for arms without.</summary>
    internal Tensor? Noise { get; private set; }

    /// <summary>The round, from 0, that <see cref="Noise"/> is for; -1 before the first.</summary>
    internal int NoiseRound { get; private set; } = -1;

    private string? Path => loopFile is null ? null : $"{loopFile}.rounds";

    private string Identity => string.Create(CultureInfo.InvariantCulture, $"{seed} {JsonSerializer.Serialize(options, s_json)}");

    /// <summary>Takes up what is stored, if the loop has a state.</summary>
    /// <param name="device">Where the noise is used.</param>
    internal void ReadIfThere(Device device)
    {
        if (loopFile is null || !File.Exists(loopFile))
        {
            return;
        }

        if (!File.Exists(Path))
        {
            throw Foreign();
        }

        using var scope = NewDisposeScope();
        using var stored = SafetensorsFile.Open(Path);
        if (stored.Metadata.GetValueOrDefault(IdentityKey) != Identity || !best.HasShapesOf([.. Kept(stored).Select(name => stored.Entries[name].Shape)]))
        {
            throw Foreign();
        }

        var progress = JsonSerializer.Deserialize<Progress>(stored.Metadata[ProgressKey], s_json) ?? throw Foreign();
        best.Take([.. Kept(stored).Select(name => stored.Load(name))], progress.Scores);
        _rounds.AddRange(progress.Rounds);
        NoiseRound = progress.NoiseRound;
        Noise = stored.Entries.ContainsKey(NoiseKey) ? stored.Load(NoiseKey).to(device).DetachFromDisposeScope() : null;
    }

    /// <summary>Whether the loop may go on at a step.</summary>
    internal void Check(int round, bool isStart)
    {
        if (best.Scores.Count > round || NoiseRound > round || (!isStart && NoiseRound != round))
        {
            throw Foreign();
        }
    }

    /// <summary>A round begins, with noise or without.</summary>
    internal void Begin(int round, (Tensor Noise, NullspaceRound Facts)? found)
    {
        Noise?.Dispose();
        (Noise, NoiseRound) = (found?.Noise.DetachFromDisposeScope(), round);
        if (found is { } known)
        {
            _rounds.Add(known.Facts);
        }

        Write();
    }

    /// <summary>A round ends.</summary>
    internal void Score(double value)
    {
        best.Add(value);
        Write();
    }

    public void Dispose() => Noise?.Dispose();

    private void Write()
    {
        if (Path is not { } file)
        {
            return;
        }

        using var whole = Interruption.PutOff();
        var tensors = best.Copies.Index().ToDictionary(entry => string.Create(CultureInfo.InvariantCulture, $"{BestPrefix}{entry.Index:000000}"), entry => entry.Item);
        if (Noise is not null)
        {
            tensors[NoiseKey] = Noise;
        }

        Safetensors.Write(file, tensors, new Dictionary<string, string>
        {
            [IdentityKey] = Identity,
            [ProgressKey] = JsonSerializer.Serialize(new Progress(NoiseRound, [.. _rounds], [.. best.Scores]), s_json),
        });
    }

    private static string[] Kept(SafetensorsFile stored) => [.. stored.Entries.Keys.Where(name => name.StartsWith(BestPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private InvalidDataException Foreign() => new($"{loopFile} and {Path} hold no state of this fine-tuning (settings, seed or model differ, or one of them is missing); delete both or give another file.");

    private sealed record Progress(int NoiseRound, NullspaceRound[] Rounds, double[] Scores);
}
