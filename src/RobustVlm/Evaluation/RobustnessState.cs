using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Evaluation;

/// <summary>What a <see cref="RobustnessReport"/> keeps on disk to go on after an interruption.</summary>
internal sealed record RobustnessState
{
    private const int ComparedLogits = 32;
    private const double Tolerance = 1e-3;

    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

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
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pieces = values.dim() > 1 ? values.shape[0] : 1;
        for (var i = 0L; i < pieces; i++)
        {
            // Image by image, so that images on a device or a view of them are not copied as a whole.
            using var scope = NewDisposeScope();
            TensorBytes.Read(values.dim() > 1 ? values[i] : values, hash.AppendData);
        }

        return $"{values.dtype} [{string.Join(", ", values.shape)}] {Convert.ToHexString(hash.GetHashAndReset())}";
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

    /// <summary>Takes up the outcomes of a file that was made for the same evaluation, with these attacks in this order.</summary>
    internal void ReadIfThere(string file, IReadOnlyList<IImageAttack> attacks)
    {
        if (!File.Exists(file))
        {
            return;
        }

        var stored = Parse(file);
        var difference = stored.Images != Images ? "images"
            : stored.Labels != Labels ? "labels"
            : !stored.Attacks.SequenceEqual(Attacks) || stored.Outcomes.Zip(attacks).Any(pair => pair.First.Epsilon != pair.Second.Epsilon) ? "attacks or budgets"
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
            var state = JsonSerializer.Deserialize<RobustnessState>(File.ReadAllText(file), s_json);
            return state?.IsWhole() == true ? state : throw new JsonException("A list is missing, or numbers in it do not fit one another.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"{file} is not the state of an evaluation; delete it or give another file.", error);
        }
    }

    // JSON can leave out or null what the types do not allow to be null.
    private bool IsWhole() =>
        Attacks is not null && Predictions is not null && Logits is not null && Outcomes is not null
        && Outcomes.Count <= Attacks.Count && Outcomes.All(outcome => outcome is { Attack: not null, Targets: not null, Broken: not null }
            && outcome.Tried >= 0 && outcome.Tried <= outcome.Targets.Count
            && outcome.Targets.All(number => number >= 0 && number < Predictions.Count) && outcome.Broken.All(outcome.Targets.ToHashSet().Contains));

    private bool SameOutputs(RobustnessState stored)
    {
        var scale = Logits.Where(double.IsFinite).Select(Math.Abs).Append(1e-6).Max();
        return stored.Logits.Count == Logits.Count
            && stored.Logits.Zip(Logits).All(pair => pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= Tolerance * scale)
            && stored.Predictions.SequenceEqual(Predictions);
    }
}
