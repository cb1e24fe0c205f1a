using System.Text.Json;
using RobustVlm.Torch.Tests.Core;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>Cases of a reference file: a JSON list of objects with a name.</summary>
internal static class Stored
{
    public static Dictionary<string, JsonElement> Cases(string file) =>
        ReferenceData.Load(file).EnumerateArray().ToDictionary(entry => entry.GetProperty("name").GetString()!);

    public static Dictionary<string, Tensor> Tensors(JsonElement entry) =>
        entry.EnumerateObject().ToDictionary(property => property.Name, property => ReferenceData.Tensor(property.Value));

    /// <summary>The sum that the stored gradients belong to: each element times the cosine of its number.</summary>
    public static Tensor WeightedSum(Tensor output) =>
        (output.flatten() * arange(output.numel()).to(ScalarType.Float32).cos()).sum();

    public static void Equal(JsonElement expected, Tensor? actual, string what, double tolerance = 2e-6)
    {
        Assert.True(actual is not null, $"{what} is missing");
        var wanted = ReferenceData.Tensor(expected);
        Assert.True(wanted.shape.SequenceEqual(actual.shape), $"{what}: shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", wanted.shape)}]");
        var a = actual.detach().to(ScalarType.Float32).flatten().data<float>().ToArray();
        var w = wanted.flatten().data<float>().ToArray();
        for (var i = 0; i < w.Length; i++)
        {
            Assert.True(Math.Abs(a[i] - w[i]) <= tolerance * (1 + Math.Abs(w[i])), $"{what}[{i}] is {a[i]:r}, expected {w[i]:r}");
        }
    }

    /// <summary>Whether two tensors hold the same bits.</summary>
    public static bool IsSameAs(this Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        return one.dtype == other.dtype && one.shape.SequenceEqual(other.shape)
            && one.detach().contiguous().bytes.SequenceEqual(other.detach().contiguous().bytes);
    }
}
