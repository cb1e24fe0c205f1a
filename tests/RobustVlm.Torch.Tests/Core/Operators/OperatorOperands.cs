using System.Text.Json;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>The operands of <see cref="OperatorCases"/>: the reference file's, by name. Cases leave them as they are.</summary>
internal sealed class OperatorOperands
{
    private const int Seed = 5;

    private readonly Dictionary<string, Tensor> _tensors;

    internal OperatorOperands(JsonElement stored) =>
        _tensors = stored.EnumerateObject().ToDictionary(operand => operand.Name, operand => OperatorReference.Tensor(operand.Value));

    internal IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    // Normal [2, 3, 4], [2, 4, 3] and [2, 3, 4]; positive; above 1; two between 0 and 1.
    internal Tensor A => _tensors["A"];

    internal Tensor B => _tensors["B"];

    internal Tensor C => _tensors["C"];

    internal Tensor P => _tensors["P"];

    internal Tensor Q => _tensors["Q"];

    internal Tensor U => _tensors["U"];

    internal Tensor U2 => _tensors["U2"];

    // Integers from 0 to 3, truth values, permutations of 0 to 3 along the last dimension.
    internal Tensor I => _tensors["I"];

    internal Tensor J => _tensors["J"];

    internal Tensor L => _tensors["L"];

    internal Tensor Perm => _tensors["Perm"];

    // With infinities and NaN; with NaN only.
    internal Tensor N => _tensors["N"];

    internal Tensor Nn => _tensors["Nn"];

    // Complex [2, 3, 4] and [4].
    internal Tensor Z => _tensors["Z"];

    internal Tensor Z2 => _tensors["Z2"];

    internal Tensor Zv => _tensors["Zv"];

    internal Tensor Zv2 => _tensors["Zv2"];

    // Vectors and small index tensors.
    internal Tensor V3 => _tensors["V3"];

    internal Tensor W3 => _tensors["W3"];

    internal Tensor V4 => _tensors["V4"];

    internal Tensor W4 => _tensors["W4"];

    internal Tensor V3i => _tensors["V3i"];

    internal Tensor Cuts => _tensors["Cuts"];

    internal Tensor Sign => _tensors["Sign"];

    internal Tensor Edges => _tensors["Edges"];

    internal Tensor Qs => _tensors["Qs"];

    internal Tensor Wave => _tensors["Wave"];

    // Matrices [3, 4]; invertible; positive definite; batches.
    internal Tensor R => _tensors["R"];

    internal Tensor R2 => _tensors["R2"];

    internal Tensor R3 => _tensors["R3"];

    internal Tensor M => _tensors["M"];

    internal Tensor S => _tensors["Root"].mm(_tensors["Root"].T) + eye(3, dtype: float64);

    internal Tensor Mb => _tensors["Mb"];

    internal Tensor Mb44 => _tensors["Mb44"];

    internal Tensor Mv => _tensors["Mv"];

    internal Tensor E => _tensors["E"];

    // Images [2, 4, 6, 6], sequences [2, 4, 8], a volume [1, 2, 4, 4, 4], and kernels for them.
    internal Tensor X => _tensors["X"];

    internal Tensor Xs => _tensors["Xs"];

    internal Tensor Vol => _tensors["Vol"];

    internal Tensor K1 => _tensors["K1"];

    internal Tensor K2 => _tensors["K2"];

    internal Tensor K3 => _tensors["K3"];

    internal Tensor Theta => _tensors["Theta"];

    internal Tensor Grid => _tensors["Grid"];

    // Classes.
    internal Tensor Labels => _tensors["Labels"];

    internal Tensor Targets => _tensors["Targets"];

    internal Tensor Lengths => _tensors["Lengths"];

    internal Tensor TargetLengths => _tensors["TargetLengths"];

    internal Tensor[] Some => [A, V3];

    internal Tensor[] Others => [C, W3];

    internal Tensor[] Positives => [P, V3.abs() + 0.5];

    /// <summary>A generator at the start of its stream.</summary>
    internal Generator G { get; } = new(Seed);

    internal static Tensor Seeded(Func<Tensor> draw)
    {
        manual_seed(Seed);
        return draw();
    }
}
