using TorchSharp;

namespace RobustVlm.Tests;

/// <summary>Comparisons that both engines offer under different names.</summary>
internal static class TensorAssertions
{
    /// <summary>Whether shape and every number agree exactly.</summary>
    internal static bool SameAs(this torch.Tensor left, torch.Tensor right)
    {
        using var scope = torch.NewDisposeScope();
        return left.shape.SequenceEqual(right.shape) && left.dtype == right.dtype && left.eq(right).all().item<bool>();
    }
}
