namespace RobustVlm.Engine;

/// <summary>
/// The modules of a TorchScript program or of a model saved whole, read as bags of attributes: a tensor is a weight, an object with
/// attributes is a module below. Their classes are never looked for, and a program's code, which lies elsewhere in the file, is not opened.
/// </summary>
internal static class ScriptedModule
{
    // Far above any network; objects that refer to each other again and again must not be walked for ever.
    private const int Deepest = 64;
    private const int MostObjects = 1 << 20;

    // Where Python's modules keep their parts; TorchScript's keep them as plain attributes.
    private static readonly string[] s_parts = ["_parameters", "_buffers", "_modules"];

    /// <summary>All tensors below a module, under the names that PyTorch's <c>state_dict</c> gives them.</summary>
    internal static List<(string Name, PickleCall Value)> Tensors(PickleCall module)
    {
        var found = new List<(string, PickleCall)>();
        var objects = 0;
        Collect(module, "", 0, found, ref objects);
        return found;
    }

    private static void Collect(PickleCall module, string prefix, int depth, List<(string, PickleCall)> found, ref int objects)
    {
        if (depth > Deepest || module.State is not Dictionary<object, object?> attributes)
        {
            return;
        }

        foreach (var (key, value) in Parts(attributes))
        {
            if (value is PickleCall call && ++objects < MostObjects)
            {
                var name = $"{prefix}{key}";
                if (PyTorchTensors.IsTensor(call))
                {
                    found.Add((name, call));
                }
                else
                {
                    Collect(call, name + ".", depth + 1, found, ref objects);
                }
            }
        }
    }

    private static IEnumerable<KeyValuePair<object, object?>> Parts(Dictionary<object, object?> attributes) => attributes.ContainsKey("_modules")
        ? s_parts.SelectMany(part => (attributes.GetValueOrDefault(part) as Dictionary<object, object?> ?? []).Where(entry => part != "_buffers" || !Passing(attributes).Contains(entry.Key)))
        : attributes;

    // Buffers that PyTorch leaves out of state_dict: a set, which old protocols make by a call.
    private static List<object?> Passing(Dictionary<object, object?> attributes) => attributes.GetValueOrDefault("_non_persistent_buffers_set") switch
    {
        List<object?> names => names,
        PickleCall { Arguments: [List<object?> names] } => names,
        _ => [],
    };
}
