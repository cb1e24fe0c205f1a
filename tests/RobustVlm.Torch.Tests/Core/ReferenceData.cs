using System.Text.Json;
using TorchSharp;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>Tensors made by PyTorch 1.13.1 and stored as JSON objects with <c>shape</c> and <c>values</c>.</summary>
internal static class ReferenceData
{
    internal static JsonElement Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", name)));
        return document.RootElement.Clone();
    }

    internal static torch.Tensor Tensor(JsonElement stored)
    {
        var shape = stored.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()).ToArray();
        var values = stored.GetProperty("values").EnumerateArray().Select(v => v.GetSingle()).ToArray();
        return torch.tensor(values, shape);
    }
}
