using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Smooth random fields: normal numbers on a coarse grid, joined by cubic B-splines.</summary>
/// <remarks>The same numbers give the same field at every resolution.</remarks>
internal sealed class SmoothFields(int size, Device device)
{
    private readonly Dictionary<int, Tensor> _bases = [];

    /// <summary>Random numbers that one field needs.</summary>
    internal static int NumbersFor(int cells) => (cells + 3) * (cells + 3);

    /// <summary>Makes the matrices; they belong to the dispose scope of the caller.</summary>
    internal SmoothFields Prepare(params ReadOnlySpan<int> cells)
    {
        foreach (var count in cells)
        {
            _bases[count] = Basis(count);
        }

        return this;
    }

    /// <summary>A field with mean 0 and variance 1.</summary>
    /// <param name="numbers">Float tensor [N, (cells + 3)^2], normally distributed.</param>
    /// <param name="cells">Bumps across the picture.</param>
    /// <returns>Float tensor [N, size, size].</returns>
    internal Tensor Field(Tensor numbers, int cells)
    {
        var basis = _bases[cells];
        return basis.matmul(numbers.reshape(-1, cells + 3, cells + 3)).matmul(basis.t());
    }

    private Tensor Basis(int cells)
    {
        var position = (arange(size, dtype: ScalarType.Float32, device: device) + 0.5) * (cells / (double)size);
        var knot = arange(cells + 3, dtype: ScalarType.Float32, device: device) - 1;
        var d = (position.unsqueeze(1) - knot.unsqueeze(0)).abs();
        var inner = 2 / 3.0 - d.square() + d.pow(3) * 0.5;
        var outer = (2 - d).clamp_min(0).pow(3) / 6;
        var weights = where(d.lt(1), inner, outer);
        return weights / weights.square().sum([1], keepdim: true).sqrt();
    }
}
