using System.Text.Json;
using System.Text.Json.Serialization;
using RobustVlm.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>All that a training needs to go on exactly where it stopped, in one safetensors file: weights, optimiser, running mean, curves.</summary>
internal sealed class TrainingState(TrainingOptions options, ulong seed, nn.Module model, OptimizerHelper optimizer, WeightAverage? average)
{
    private const string OptionsKey = "training_options";
    private const string SeedKey = "seed";
    private const string ModelPrefix = "model.";
    private const string AveragePrefix = "average.";
    private const string TermPrefix = "term.";
    private const string OptimizerKey = "optimizer";
    private const string LossesKey = "losses";

    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly List<double> _losses = [];
    private readonly Dictionary<string, List<double>> _terms = [];

    internal ulong Seed => seed;

    internal int Finished => _losses.Count;

    internal IReadOnlyList<double> Losses => _losses;

    internal IReadOnlyDictionary<string, IReadOnlyList<double>> Terms => _terms.ToDictionary(term => term.Key, term => (IReadOnlyList<double>)term.Value);

    // How often the state is saved changes nothing in what is learned.
    private string Identity => JsonSerializer.Serialize(options with { SaveEvery = 1 }, s_json);

    internal void Add(double loss, Dictionary<string, double> terms)
    {
        if (Finished > 0 && !_terms.Keys.ToHashSet().SetEquals(terms.Keys))
        {
            throw new InvalidOperationException("The loss recorded other terms than in the step before; record the same names in every step.");
        }

        _losses.Add(loss);
        foreach (var (name, value) in terms)
        {
            (_terms.TryGetValue(name, out var known) ? known : _terms[name] = []).Add(value);
        }
    }

    internal void Write(string file)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { [OptimizerKey] = OptimizerBytes(), [LossesKey] = tensor(_losses.ToArray()) };
        foreach (var (name, value) in model.state_dict())
        {
            tensors[ModelPrefix + name] = value;
        }

        foreach (var (name, value) in average?.Means ?? new Dictionary<string, Tensor>())
        {
            tensors[AveragePrefix + name] = value;
        }

        foreach (var (name, values) in _terms)
        {
            tensors[TermPrefix + name] = tensor(values.ToArray());
        }

        var text = new Dictionary<string, string> { [OptionsKey] = Identity, [SeedKey] = seed.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        Safetensors.Write(file, tensors, text);
    }

    /// <summary>Takes up a stored state.</summary>
    /// <returns>Steps it had finished; 0 without a file.</returns>
    internal int ReadIfThere(string file)
    {
        if (!File.Exists(file))
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var stored = SafetensorsFile.Open(file);
        CheckSame(stored, file);
        Copy(stored, ModelPrefix, model.state_dict(), file);
        Copy(stored, AveragePrefix, average?.Means ?? new Dictionary<string, Tensor>(), file);
        using var reader = new BinaryReader(new MemoryStream(stored.Load(OptimizerKey).data<byte>().ToArray()));
        optimizer.load_state_dict(reader);
        _losses.AddRange(stored.Load(LossesKey).data<double>().ToArray());
        foreach (var name in stored.Entries.Keys.Where(name => name.StartsWith(TermPrefix, StringComparison.Ordinal)))
        {
            _terms[name[TermPrefix.Length..]] = [.. stored.Load(name).data<double>().ToArray()];
        }

        return Finished;
    }

    private void CheckSame(SafetensorsFile stored, string file)
    {
        var sameSeed = stored.Metadata.GetValueOrDefault(SeedKey) == seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var complete = stored.Entries.ContainsKey(OptimizerKey) && stored.Entries.ContainsKey(LossesKey);
        if (!complete || !sameSeed || stored.Metadata.GetValueOrDefault(OptionsKey) != Identity)
        {
            throw new InvalidDataException($"{file} holds the state of another training (settings or seed differ); delete it or give another file.");
        }
    }

    private static void Copy(SafetensorsFile stored, string prefix, IReadOnlyDictionary<string, Tensor> into, string file)
    {
        var names = stored.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]).ToHashSet();
        if (!names.SetEquals(into.Keys) || into.Any(pair => !stored.Entries[prefix + pair.Key].Shape.SequenceEqual(pair.Value.shape)))
        {
            throw new InvalidDataException($"{file} holds the state of another model; delete it or give another file.");
        }

        foreach (var (name, value) in into)
        {
            value.copy_(stored.Load(prefix + name));
        }
    }

    private Tensor OptimizerBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            optimizer.save_state_dict(writer);
        }

        return tensor(bytes.ToArray());
    }
}
