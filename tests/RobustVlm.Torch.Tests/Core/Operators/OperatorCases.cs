using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>
/// One line for each operator of <c>Operators.txt</c>, named after it, through the public API where there is one. Where a
/// line has more to its name than an operator's, it checks a function that is made of several.
/// </summary>
internal static partial class OperatorCases
{
    internal static Dictionary<string, Func<OperatorOperands, object>> All { get; } =
        new([.. Elements(), .. Shapes(), .. Layers(), .. Making()]);

    private static Tensor Seeded(Func<Tensor> draw) => OperatorOperands.Seeded(draw);

    // For operators that change a list of tensors and return nothing.
    private static Tensor[] On(Tensor[] tensors, Action<Tensor[]> change)
    {
        Tensor[] copies = [.. tensors.Select(t => t.clone())];
        change(copies);
        return copies;
    }

    private static Tensor Ldl(Tensor matrix, Tensor right)
    {
        var (factors, pivots) = linalg.ldl_factor(matrix);
        return linalg.ldl_solve(factors, pivots!, right, hermitian: true);   // libtorch always returns pivots
    }

    private static Tensor LuSolve(Tensor matrix, Tensor right)
    {
        var (factors, pivots) = linalg.lu_factor(matrix);
        return linalg.lu_solve(factors, pivots!, right);   // libtorch always returns pivots
    }

    private static (Tensor, Tensor?, Tensor?) LuUnpack(Tensor matrix)
    {
        var (factors, pivots) = linalg.lu_factor(matrix);
        return lu_unpack(factors, pivots!);   // libtorch always returns pivots
    }

    private static Tensor Istft(Tensor wave)
    {
        var window = hann_window(8, dtype: float64);
        return istft(stft(wave, 8, 4, window: window, return_complex: true), 8, 4, window: window, length: wave.numel());
    }

    private static Tensor Unpool1(Tensor x)
    {
        var (output, indices) = functional.max_pool1d_with_indices(x, 2);
        return functional.max_unpool1d(output, indices, 2);
    }

    private static Tensor Unpool2(Tensor x)
    {
        var (output, indices) = functional.max_pool2d_with_indices(x, [2]);
        return functional.max_unpool2d(output, indices, [2]);
    }

    private static Tensor Unpool3(Tensor x)
    {
        var (output, indices) = functional.max_pool3d_with_indices(x, [2]);
        return functional.max_unpool3d(output, indices, [2]);
    }
}
