using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>
/// One small computation for each way in which tensors enter or leave native code. Nothing refers to the operands once the
/// call has read their handles, and each checks its result: a freed operand would crash or give another number.
/// </summary>
internal static class OperatorFamilies
{
    internal static readonly Dictionary<string, Action> All = new()
    {
        ["creation"] = () => Is(64, zeros(8, 8).add(ones_like(zeros(8, 8))).sum()),
        ["tensor from an array"] = () => Is(6, tensor(new[] { 1f, 2f, 3f }).sum()),
        ["unary"] = () => Is(4096, ones(64, 64).neg().abs().sqrt().sum()),
        ["binary"] = () => Is(3 * 4096, (ones(64, 64) + (ones(64, 64) * 2)).sum()),
        ["reduction"] = () => Is(64, ones(64, 64).sum(0).max()),
        ["matrix product"] = () => Is(200, ones(200, 200).mm(ones(200, 200))[0, 0]),
        ["convolution"] = () => Is(27, nn.functional.conv2d(ones(1, 3, 16, 16), ones(4, 3, 3, 3), ones(4) - 1)[0, 0, 1, 1]),
        ["index"] = () => Is(2, ones(8, 8)[tensor(new long[] { 1, 3 })][.., 0].sum()),
        ["slice"] = () => Is(6, ones(8, 8)[TensorIndex.Slice(1, 4), TensorIndex.Slice(0, 2)].sum()),
        ["index assignment"] = Assign,
        ["list of operands"] = () => Is(6, cat([ones(2, 2), ones(1, 2)], 0).sum()),
        ["stack"] = () => Is(8, stack([ones(2, 2), ones(2, 2)]).sum()),
        ["list of results"] = () => Is(8, ones(4, 6).split(2, 1)[1].sum()),
        ["several results"] = () => Is(0, ones(4, 6).max(1).indexes.sum()),
        ["optional operands"] = () => Is(1, nn.functional.binary_cross_entropy_with_logits(zeros(8), ones(8), ones(8), pos_weights: ones(8)).div(Math.Log(2)).round()),
        ["optional operands in a list"] = () => Is(2, where(ones(2) > 0)[0].numel()),
        ["in place"] = () => Is(30, ones(10).add_(ones(10)).mul_(ones(10) * 1.5).sum()),
        ["optimiser step"] = Step,
        ["grad"] = Grad,
        ["backward"] = Backward,
        ["module"] = () => Is(0, nn.Linear(8, 8).call(zeros(4, 8)).sub(nn.Linear(8, 8).call(zeros(4, 8))).mul(0).sum()),
        ["random numbers"] = () => Is(1, (rand([1000], generator: new Generator(1)) < 1).all()),
        ["elements"] = () => Assert.Equal(100f, ones(100).data<float>().Sum()),
        ["array"] = () => Assert.Equal(100f, ones(100).ToArray<float>().Sum()),
        ["one element"] = () => Assert.Equal(3f, (ones(1) * 3).item<float>()),
        ["conversion"] = () => Is(10, ones(10).to(float64).to(int32).sum()),
        ["indices of a view"] = () => Is(8, ones(8, 8).transpose(0, 1).contiguous().view(-1)[TensorIndex.Slice(0, 8)].sum()),
    };

    private static void Assign()
    {
        var x = zeros(8, 8);
        x[TensorIndex.Single(1)] = ones(8) * 2;
        x[tensor(new long[] { 2, 3 })] = ones(2, 8);
        Is(32, x.sum());
    }

    private static void Step()
    {
        var layer = nn.Linear(4, 4, hasBias: false);
        var optimizer = optim.SGD(layer.parameters(), 0.5);
        layer.call(ones(1, 4)).sum().backward();
        var before = layer.weight.detach().clone();
        optimizer.step();
        Is(8, (before - layer.weight.detach()).sum());
    }

    private static void Grad()
    {
        var x = ones(10).requires_grad_();
        Is(20, autograd.grad([(x * ones(10)).square().sum()], [x], [ones([])])[0].sum());
    }

    private static void Backward()
    {
        var x = ones(10).requires_grad_();
        (x * (ones(10) * 3)).sum().backward([ones([])]);
        Is(30, x.grad!.sum());   // not null: just computed
    }

    private static void Is(double expected, Tensor result) => Assert.Equal(expected, result.ToDouble(), 3);

    private static void Is(double expected, long result) => Assert.Equal(expected, result);
}
