using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>A message names the operator and the shapes of its operands, and says what to do where that is known.</summary>
public class ErrorMessageTests
{
    public static TheoryData<string, string[], Action> Mistakes => new()
    {
        { "binary, shapes", ["add(", "Float32[2, 3]", "Float32[2, 4]", "unsqueeze"], () => ones(2, 3).add(ones(2, 4)) },
        { "matrix product, shapes", ["matmul(", "Float32[2, 3]", "Float32[4, 5]", "transpose"], () => ones(2, 3).matmul(ones(4, 5)) },
        { "matrix product, types", ["mm(", "Int64[3, 2]", ".to("], () => ones(2, 3).mm(ones([3, 2], dtype: int64)) },
        { "linear, types", ["linear(", "Float64[2, 3]", ".to("], () => nn.functional.linear(ones([2, 3], dtype: float64), ones(4, 3)) },
        { "reduction, dimension", ["sum(", "Float32[2, 3]", "[-2, 1]"], () => ones(2, 3).sum(7) },
        { "view, size", ["view(", "Float32[2, 3]", "[4, 4]", "product of the sizes"], () => ones(2, 3).view(4, 4) },
        { "list, shapes", ["cat(", "Float32[2, 3]", "Float32[2, 4]", "Only along that dimension"], () => cat([ones(2, 3), ones(2, 4)], 0) },
        { "convolution, channels", ["conv2d(", "Float32[1, 3, 8, 8]", "Float32[4, 2, 3, 3]"], () => nn.functional.conv2d(ones(1, 3, 8, 8), ones(4, 2, 3, 3)) },
        { "index", ["index", "out of bounds"], () => _ = ones(2, 3)[tensor(new long[] { 9 })] },
        { "embedding, index", ["embedding(", "Int64[1]", "number of rows"], () => nn.functional.embedding(tensor(new long[] { 9 }), ones(4, 2)) },
        { "in place, leaf", ["add_(", "no_grad"], () => ones(2).requires_grad_().add_(1) },
        { "in place, type", ["mul_(", "Int64[2]", ".to("], () => ones([2], dtype: int64).mul_(0.5) },
        { "no graph", ["requires_grad_()"], () => ones(2).sum().backward() },
        { "no scalar", [".sum()"], () => (ones(2).requires_grad_() * 2).backward() },
        { "integral gradient", [".to(torch.float32)"], () => ones([2], dtype: int64).requires_grad_() },
        { "integral result", ["sum(", "detach()"], () => ones(2).requires_grad_().sum(int64) },
        { "device", ["empty", "built without CUDA"], () => ones([2], device: CUDA) },
        { "device, mixed", ["meta"], () => ones(2).add(ones([2], device: META)).ToArray<float>() },
        { "half on the processor", ["Half", "torch.float32"], () => ones([2, 2], dtype: float16).mm(ones([2, 2], dtype: float16)) },
        { "memory", ["empty(", "smaller"], () => empty([1L << 44]) },
        { "number of groups", ["conv2d(", "groups"], () => nn.functional.conv2d(ones(1, 2, 4, 4), ones(2, 1, 1, 1), groups: 0) },
        { "quotient", ["floor_divide(", "Int64[1]", "floating-point"], () => tensor(new[] { long.MinValue }).floor_divide(-1) },
        { "NaN in a decomposition", ["linalg_svd(", "NaN", "isnan()"], () => linalg.svd(full(2, 2, double.NaN)) },
        { "element type", ["99", "ScalarType"], () => ones([2], dtype: (ScalarType)99) },
        { "null operand", ["grad"], () => _ = ones(2).grad! + 1 },   // null before the first backward pass
    };

    [SkippableTheory, MemberData(nameof(Mistakes))]
    public void Messages_say_what_where_and_what_to_do(string kind, string[] parts, Action mistake)
    {
        Skip.If(kind.StartsWith("half", StringComparison.Ordinal) && !Runtime.LibTorchVersion.StartsWith("1.", StringComparison.Ordinal), "Newer versions compute with Half on the processor.");
        using var scope = NewDisposeScope();

        var error = Record.Exception(mistake);

        Assert.True(error is TorchException or ArgumentException, $"{kind}: {error}");
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain("report a bug", error.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
