using System.Security.Cryptography;
using System.Text.Json;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>What a <see cref="RobustnessReport"/> keeps on disk to go on after an interruption.</summary>
internal sealed record RobustnessState
{
    private const int ComparedLogits = 32;
    private const double Tolerance = 1e-3;

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = false };

    public required string Images { get; init; }

    public required string Labels { get; init; }

    public required IReadOnlyList<string> Attacks { get; init; }

    public required ulong Seed { get; init; }

    public required int BatchSize { get; init; }

    public required bool OnlyStillRight { get; init; }

    public required IReadOnlyList<int> Predictions { get; init; }

    /// <summary>Rounded by no one: another machine's sums differ in the last digits, so a hash would refuse them.</summary>
    public required IReadOnlyList<double> Logits { get; init; }

    public List<RobustnessOutcome> Outcomes { get; init; } = [];

    internal static string HashOf(Tensor values)
    {
        using var scope = NewDisposeScope();
        var bytes = values.dtype == ScalarType.Int64
            ? System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.Values<long>().AsSpan()).ToArray()
            : System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.to(ScalarType.Float32).Values<float>().AsSpan()).ToArray();
        return $"[{string.Join(", ", values.shape)}] {Convert.ToHexString(SHA256.HashData(bytes))}";
    }

    internal static double[] Compared(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return logits.narrow(0, 0, Math.Min(ComparedLogits, logits.shape[0])).to(ScalarType.Float64).Values<double>();
    }

    internal void Write(string file)
    {
        var temporary = file + ".part";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this, s_json));
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>Takes up the outcomes of a file that was made for the same evaluation.</summary>
    internal void ReadIfThere(string file)
    {
        if (!File.Exists(file))
        {
            return;
        }

        var stored = Parse(file);
        var difference = stored.Images != Images ? "images"
            : stored.Labels != Labels ? "labels"
            : !stored.Attacks.SequenceEqual(Attacks) ? "attacks or budgets"
            : stored.Seed != Seed || stored.BatchSize != BatchSize || stored.OnlyStillRight != OnlyStillRight ? "settings"
            : !SameOutputs(stored) ? "outputs of the model"
            : null;
        if (difference is not null)
        {
            throw new InvalidDataException($"{file} holds an evaluation with other {difference}; delete it or give another file.");
        }

        Outcomes.AddRange(stored.Outcomes);
    }

    private static RobustnessState Parse(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<RobustnessState>(File.ReadAllText(file), s_json) ?? throw new JsonException();
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file} is not the state of an evaluation; delete it or give another file.", error);
        }
    }

    private bool SameOutputs(RobustnessState stored)
    {
        var scale = Math.Max(1e-6, Logits.Max(Math.Abs));
        return stored.Logits.Count == Logits.Count
            && stored.Logits.Zip(Logits).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance * scale)
            && stored.Predictions.SequenceEqual(Predictions);
    }
}
