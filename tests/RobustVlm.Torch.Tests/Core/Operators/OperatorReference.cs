using System.Runtime.CompilerServices;
using System.Text.Json;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>
/// The reference file: operands, each case's results, and which cases have gradients. Made with PyTorch 1.13.1: operands
/// drawn in Float64 after <c>manual_seed(20)</c>, then the Python counterpart of every line of <see cref="OperatorCases"/>
/// evaluated on them. A case whose results equal an earlier one's holds that one's name.
/// </summary>
internal static class OperatorReference
{
    private static readonly JsonElement File = ReferenceData.Load("schemas.json");

    internal static JsonElement Operands => File.GetProperty("operands");

    internal static IEnumerable<string> Names => File.GetProperty("cases").EnumerateObject().Select(c => c.Name);

    internal static IEnumerable<string> Differentiable => File.GetProperty("differentiable").EnumerateArray().Select(name => name.GetString()!);   // names only

    internal static JsonElement Case(string name)
    {
        var stored = File.GetProperty("cases").GetProperty(name);
        return stored.ValueKind == JsonValueKind.String ? Case(stored.GetString()!) : stored;   // a string, checked
    }

    internal static Tensor Tensor(JsonElement stored)
    {
        var type = (ScalarType)stored.GetProperty("type").GetInt32();
        var shape = stored.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()).ToArray();
        if (type == ScalarType.Int64)
        {
            return tensor(stored.GetProperty("values").EnumerateArray().Select(v => v.GetInt64()).ToArray(), shape);
        }

        var values = stored.GetProperty("values").EnumerateArray().Select(Number).ToArray();
        var real = tensor(values, shape);
        return is_complex(type) ? view_as_complex(real).to(type) : real.to(type);
    }

    /// <summary>All tensors of a result: tuples and lists taken apart, numbers made tensors.</summary>
    internal static IEnumerable<Tensor> Flatten(object? result) => result switch
    {
        null => [],
        Tensor one => [one],
        IEnumerable<Tensor> many => many,
        ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Flatten(tuple[i])),
        bool truth => [tensor(truth)],
        Scalar number => [tensor(number.ToDouble())],
        _ => throw new ArgumentException($"A case returned a {result.GetType().Name}."),
    };

    internal static void Equal(JsonElement expected, object result)
    {
        var actual = Flatten(result).ToArray();
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            var wanted = Tensor(expected[i]);
            Assert.Equal(wanted.dtype, actual[i].dtype);
            Assert.Equal(wanted.shape, actual[i].shape);
            var (relative, absolute) = Tolerance(wanted.dtype);
            Assert.True(actual[i].allclose(wanted, relative, absolute, equal_nan: true), $"result {i}: {actual[i].str()} instead of {wanted.str()}");
        }
    }

    // Nine digits are stored.
    private static (double Relative, double Absolute) Tolerance(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.ComplexFloat64 => (5e-8, 1e-9),
        ScalarType.Float32 or ScalarType.ComplexFloat32 => (2e-6, 1e-7),
        ScalarType.Float16 => (1e-3, 1e-4),
        _ => (0, 0),
    };

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetDouble()
        : value.GetString() switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, _ => double.NaN };
}
