using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>A file of weights, whichever of the two formats it has.</summary>
internal sealed class WeightFile : IDisposable
{
    private readonly SafetensorsFile? _mapped;
    private readonly Dictionary<string, Tensor>? _read;

    private WeightFile(SafetensorsFile mapped)
    {
        _mapped = mapped;
        Metadata = mapped.Metadata;
        Weights = mapped.Entries.ToDictionary(entry => entry.Key, entry => new StoredWeight(entry.Value.Type, entry.Value.Shape, () => mapped.Load(entry.Key)));
    }

    private WeightFile(Dictionary<string, Tensor> read)
    {
        _read = read;
        Metadata = new Dictionary<string, string>();

        // A copy, since whoever loads a weight disposes it.
        Weights = read.ToDictionary(entry => entry.Key, entry => new StoredWeight(entry.Value.dtype, entry.Value.shape, () => entry.Value.alias()));
    }

    internal IReadOnlyDictionary<string, StoredWeight> Weights { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    public void Dispose()
    {
        _mapped?.Dispose();
        foreach (var tensor in _read?.Values ?? Enumerable.Empty<Tensor>())
        {
            tensor.Dispose();
        }
    }

    /// <summary>Opens a file; what it is shows in its first bytes, whatever its name.</summary>
    internal static WeightFile Open(string path, string? at = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!PyTorchFile.IsOne(path))
        {
            return new WeightFile(SafetensorsFile.Open(path));
        }

        using var scope = NewDisposeScope();
        var read = PyTorchFile.Read(path, at);
        foreach (var tensor in read.Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return new WeightFile(read);
    }
}
