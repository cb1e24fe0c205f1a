using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>Gradients against central differences, in Float64.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5;
    private const int ElementsPerTensor = 12;

    /// <summary>Checks the gradient of a weighted sum of all results; returns how many tensors had one.</summary>
    /// <param name="function">Results from the inputs as they are now.</param>
    /// <param name="inputs">Tensors to differentiate by; those of another type than Float64, or that the function does not use, are left out.</param>
    internal static int Check(Func<object> function, IReadOnlyDictionary<string, Tensor> inputs)
    {
        var leaves = inputs.Where(i => i.Value.dtype == ScalarType.Float64).ToDictionary();
        foreach (var leaf in leaves.Values)
        {
            leaf.requires_grad_();
        }

        Sum(function()).backward();
        var used = leaves.Where(leaf => leaf.Value.grad is not null).ToArray();
        foreach (var (name, leaf) in used)
        {
            using var mode = no_grad();
            var exact = leaf.grad!.contiguous().data<double>().ToArray();   // not null: filtered above
            var count = exact.Length;
            for (var i = 0; i < count; i += Math.Max(1, count / ElementsPerTensor))
            {
                var numeric = Slope(function, leaf, i);
                Assert.True(Math.Abs(exact[i] - numeric) <= 1e-6 + (1e-5 * Math.Abs(numeric)), $"d/d{name}[{i}] is {exact[i]:r}, differences give {numeric:r}");
            }
        }

        return used.Length;
    }

    private static double Slope(Func<object> function, Tensor leaf, long element)
    {
        using var scope = NewDisposeScope();
        var place = leaf.detach().view(-1)[element];
        place.add_(Step);
        var above = Sum(function()).ToDouble();
        place.sub_(2 * Step);
        var below = Sum(function()).ToDouble();
        place.add_(Step);
        return (above - below) / (2 * Step);
    }

    private static Tensor Sum(object result)
    {
        Tensor? total = null;
        foreach (var tensor in OperatorReference.Flatten(result).Where(t => t.is_floating_point() || t.is_complex()))
        {
            var real = (tensor.is_complex() ? view_as_real(tensor.resolve_conj()) : tensor).flatten();
            var part = (real * arange(real.numel(), ScalarType.Float64).cos()).sum();
            total = total is null ? part : total + part;
        }

        return total!;   // a differentiable case has such a result
    }
}
