using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>
/// Reads files that PyTorch's <c>torch.save</c> wrote (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>; zip files and those from before version 1.6).
/// Only tensors are built; no code in the file is looked up or run. Of a TorchScript program (<c>torch.jit.save</c>) the weights are read,
/// under the names that <c>state_dict</c> would give them.
/// </summary>
public static class PyTorchFile
{
    // What training scripts wrap weights in; the first that is there is taken.
    private static readonly string[] s_wrappers = ["state_dict", "model_state_dict", "model", "net", "module"];

    /// <summary>Whether a file begins as one of PyTorch's; its name does not matter.</summary>
    /// <param name="path">The file.</param>
    /// <returns>False also when there is no such file.</returns>
    public static bool IsOne(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            return false;
        }

        Span<byte> start = stackalloc byte[4];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && (PyTorchContainer.IsZip(start) || PyTorchContainer.IsPickle(start));
    }

    /// <summary>Reads the tensors of a file onto the CPU.</summary>
    /// <param name="path">The file.</param>
    /// <param name="at">Path to the weights inside, e.g. <c>teacher</c> or <c>state_dict.0</c>; null takes what lies under
    /// <c>state_dict</c>, <c>model_state_dict</c>, <c>model</c>, <c>net</c> or <c>module</c>, or else the outermost dictionary.</param>
    /// <returns>Name to tensor [...], in the order of the file. A prefix <c>module.</c> that all names share is taken off.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or has no tensors there; the message says which.</exception>
    public static Dictionary<string, torch.Tensor> Read(string path, string? at = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {path}; check the path or make the file first.", path);
        }

        using var container = PyTorchContainer.Open(path);
        var builder = new PyTorchTensors(path, container.Storages, 10 * new FileInfo(path).Length);
        var weights = Find(container.Root, at, path);
        var tensors = new Dictionary<string, torch.Tensor>();
        try
        {
            foreach (var (name, value) in weights)
            {
                tensors[name] = builder.Build(name, value);
            }
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }

        const string parallel = "module.";
        return tensors.Count > 0 && tensors.Keys.All(name => name.StartsWith(parallel, StringComparison.Ordinal))
            ? tensors.ToDictionary(entry => entry.Key[parallel.Length..], entry => entry.Value)
            : tensors;
    }

    private static List<(string Name, PickleCall Value)> Find(object? root, string? at, string path)
    {
        var here = root;
        foreach (var step in at?.Split('.') ?? [])
        {
            here = Child(here, step) ?? throw new InvalidDataException($"{path} has nothing at '{at}'; it has {Contents(root)}.");
        }

        // Numbers about the training may stand beside the weights as tensors, so a wrapper is looked for first.
        for (var depth = 0; at is null && depth < 3 && Wrapped(here) is { } inner; depth++)
        {
            here = inner;
        }

        var found = TensorsIn(here);
        return found.Count > 0 ? found : throw new InvalidDataException($"{path} has no tensors {(at is null ? "where weights usually are" : $"at '{at}'")}; it has {Contents(root)}. Name the place.");
    }

    private static object? Wrapped(object? value) => value is List<object?>
        ? Child(value, "0")
        : s_wrappers.Select(name => Child(value, name)).FirstOrDefault(child => child is Dictionary<object, object?> or List<object?>);

    private static object? Child(object? value, string name) => value switch
    {
        Dictionary<object, object?> dictionary => dictionary.GetValueOrDefault(name),
        List<object?> list when int.TryParse(name, out var index) && index >= 0 && index < list.Count => list[index],
        PickleCall { State: Dictionary<object, object?> attributes } => attributes.GetValueOrDefault(name),
        object?[] tuple when int.TryParse(name, out var index) && index >= 0 && index < tuple.Length => tuple[index],
        _ => null,
    };

    private static List<(string Name, PickleCall Value)> TensorsIn(object? value) => value is PickleCall { State: not null } module
        ? ScriptedModule.Tensors(module)
        : value is Dictionary<object, object?> dictionary
        ? [.. dictionary.Where(entry => entry.Value is PickleCall call && PyTorchTensors.IsTensor(call)).Select(entry => (entry.Key.ToString() ?? "", (PickleCall)entry.Value!))]   // a tensor, by the condition
        : [];

    private static string Contents(object? value) => value switch
    {
        Dictionary<object, object?> { Count: > 0 } dictionary => string.Join(", ", dictionary.Keys.Take(8).Select(key => $"'{key}'")) + (dictionary.Count > 8 ? ", …" : ""),
        List<object?> list => $"a list of {list.Count}",
        PickleCall call => $"an object of {call.Name}, not a dictionary of weights",
        _ => "no dictionary of weights",
    };
}
