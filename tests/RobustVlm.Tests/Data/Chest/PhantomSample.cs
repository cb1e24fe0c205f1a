using RobustVlm.Data.Chest;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Chest;

/// <summary>Labels for tests.</summary>
internal static class PhantomSample
{
    internal static Tensor Labels(int count, Finding finding) => full(count, (long)finding, dtype: ScalarType.Int64);

    internal static Tensor Labels(int count) => arange(count, dtype: ScalarType.Int64).remainder(Findings.All.Count);
}
