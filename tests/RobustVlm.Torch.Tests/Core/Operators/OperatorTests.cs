using System.Reflection;
using RobustVlm.Torch.Interop;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>Every operator against PyTorch, and its gradients against differences.</summary>
public class OperatorTests
{
    /// <summary>Why a case that PyTorch calls differentiable is not checked against differences.</summary>
    private static readonly Dictionary<string, string> Unchecked = new()
    {
        ["_to_copy"] = "The result is coarser than the step.",
        ["to.dtype"] = "The result is coarser than the step.",
        ["to.dtype_layout"] = "The result is coarser than the step.",
        ["embedding_renorm_"] = "The table is renormed without recording.",
        ["native_batch_norm"] = "The saved statistics count as constants.",
        ["set_.source_Tensor"] = "The source counts as a constant.",
        ["resize_"] = "A recorded tensor cannot be resized.",
        ["linalg_ldl_solve"] = "libtorch has no derivative; the stored result comes from another function.",
        ["bernoulli"] = "Random.",
        ["bernoulli_.Tensor"] = "Random.",
        ["binomial"] = "Random.",
        ["normal.Tensor_Tensor"] = "Random.",
        ["poisson"] = "Random.",
        ["_standard_gamma"] = "Random.",
    };

    public static TheoryData<string> Cases => [.. OperatorCases.All.Keys];

    public static TheoryData<string> Differentiable => [.. OperatorReference.Differentiable.Except(Unchecked.Keys)];

    [Theory, MemberData(nameof(Cases))]
    public void Equals_pytorch(string name)
    {
        using var scope = NewDisposeScope();

        var result = OperatorCases.All[name](new OperatorOperands(OperatorReference.Operands));

        OperatorReference.Equal(OperatorReference.Case(name), result);
    }

    [Theory, MemberData(nameof(Differentiable))]
    public void Gradient_equals_differences(string name)
    {
        using var scope = NewDisposeScope();
        var operands = new OperatorOperands(OperatorReference.Operands);

        var checkedTensors = GradientCheck.Check(() => OperatorCases.All[name](operands), operands.Tensors);

        Assert.True(checkedTensors > 0, "no operand has a gradient");
    }

    [Fact]
    public void Every_stored_case_is_compared() => Assert.Equal(OperatorReference.Names.Order(), OperatorCases.All.Keys.Order());

    [Fact]
    public void Every_operator_is_called_by_the_case_of_its_name()
    {
        var missing = new List<string>();
        foreach (var (name, op) in Operators())
        {
            using var scope = NewDisposeScope();
            op.Forget();
            if (!OperatorCases.All.TryGetValue(name, out var run))
            {
                missing.Add($"{name} has no case");
                continue;
            }

            run(new OperatorOperands(OperatorReference.Operands));
            if (!op.WasCalled)
            {
                missing.Add($"the case {name} does not call it");
            }
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    private static IEnumerable<(string Name, Operator Operator)> Operators()
    {
        var methods = typeof(Tensor).Assembly.GetType("TorchSharp.Aten")!;   // made by the generator
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Operators.txt")).Where(l => l.StartsWith("aten::", StringComparison.Ordinal)))
        {
            var name = line["aten::".Length..line.IndexOf('(', StringComparison.Ordinal)];
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            var field = "s_" + (dot < 0 ? name : $"{name[..dot]}_{name[(dot + 1)..]}");
            var value = methods.GetField(field, BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null);
            yield return (name, value as Operator ?? throw new InvalidOperationException($"Aten has no operator field {field}."));
        }
    }
}
