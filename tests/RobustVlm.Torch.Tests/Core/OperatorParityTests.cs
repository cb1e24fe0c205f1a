using System.Text.Json;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

/// <summary>
/// Operators against PyTorch. <c>Reference/operators.json</c> was made with Debian's python3-torch: four random tensors
/// (a, b, c normal; p positive) and an image, drawn after <c>torch.manual_seed(7)</c>, and each case's result.
/// </summary>
public class OperatorParityTests
{
    private static readonly JsonElement Stored = ReferenceData.Load("operators.json");

    private static readonly Dictionary<string, Func<Operands, Tensor>> Cases = new()
    {
        ["add"] = o => o.A + o.C,
        ["add_alpha"] = o => o.A.add(o.C, 2.5),
        ["sub"] = o => o.A - o.C,
        ["rsub"] = o => 1.5 - o.A,
        ["mul"] = o => o.A * o.C,
        ["div"] = o => o.A / o.P,
        ["div_floor"] = o => o.A.div(o.P, RoundingMode.floor),
        ["pow"] = o => o.P.pow(1.7),
        ["remainder"] = o => o.A % 0.7,
        ["fmod"] = o => o.A.fmod(0.7),
        ["exp"] = o => o.A.exp(),
        ["log"] = o => o.P.log(),
        ["sqrt"] = o => o.P.sqrt(),
        ["sigmoid"] = o => o.A.sigmoid(),
        ["tanh"] = o => o.A.tanh(),
        ["erf"] = o => o.A.erf(),
        ["round2"] = o => o.A.round(2),
        ["clamp"] = o => o.A.clamp(-0.5, 0.5),
        ["maximum"] = o => maximum(o.A, o.C),
        ["lerp"] = o => lerp(o.A, o.C, o.P),
        ["where"] = o => where(o.A > 0, o.A, o.C),
        ["softmax"] = o => o.A.softmax(-1),
        ["log_softmax"] = o => o.A.log_softmax(1),
        ["logsumexp"] = o => o.A.logsumexp(2),
        ["sum1"] = o => o.A.sum(1),
        ["mean12"] = o => o.A.mean([1, 2]),
        ["std"] = o => o.A.std(),
        ["var0"] = o => o.A.var(0, unbiased: false),
        ["amax"] = o => o.A.amax([1, 2], keepdim: true),
        ["argmax"] = o => o.A.argmax(2),
        ["norm"] = o => o.A.norm(),
        ["norm1"] = o => o.A.norm(1, p: 1),
        ["cumsum"] = o => o.A.cumsum(2),
        ["sort"] = o => o.A.sort(2, descending: true).Values,
        ["topk_idx"] = o => o.A.topk(2, 2).indexes,
        ["quantile"] = o => o.A.flatten().quantile(tensor(new[] { 0.1f, 0.5f })),
        ["bmm"] = o => o.A.bmm(o.B),
        ["matmul"] = o => o.A.matmul(o.B),
        ["einsum"] = o => einsum("bij,bkj->bik", o.A, o.C),
        ["cdist"] = o => cdist(o.A[0], o.C[0]),
        ["permute"] = o => o.A.permute(2, 0, 1),
        ["roll"] = o => o.A.roll([1, 2], [1, 2]),
        ["flip"] = o => o.A.flip(1, 2),
        ["tril"] = o => o.A[0].tril(-1),
        ["unfold"] = o => o.Image.unfold(2, 3, 2),
        ["repeat_interleave"] = o => o.A.repeat_interleave(2, 1),
        ["gather"] = o => o.A.gather(2, (o.A * 10).to(ScalarType.Int64) % 4),
        ["index_a"] = o => o.A[1, TensorIndex.Colon, TensorIndex.Slice(1, 3)],
        ["index_b"] = o => o.A[TensorIndex.Ellipsis, 0],
        ["index_c"] = o => o.A[TensorIndex.Colon, tensor(new long[] { 0, 2 })],
        ["index_d"] = o => o.A[TensorIndex.Colon, TensorIndex.None, 0],
        ["index_e"] = o => o.A[o.A > 0],
        ["index_f"] = o => o.A[.., .., TensorIndex.Slice(step: 2)],
        ["index_g"] = o => o.A[-1, TensorIndex.Ellipsis, ^2..],
        ["index_h"] = o => o.A[tensor(new long[] { 1, 0 }), tensor(new long[] { 2, 1 })],
        ["index_i"] = o => o.A[TensorIndex.Colon, 0, tensor(new long[] { 3, 1 })],
        ["svdvals"] = o => linalg.svdvals(o.A[0]),
        ["solve"] = o => linalg.solve((eye(3) * 3) + o.A[0, TensorIndex.Colon, TensorIndex.Slice(0, 3)], o.C[0]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Equals_pytorch(string name)
    {
        using var scope = NewDisposeScope();
        var expected = ReferenceData.Tensor(Stored.GetProperty("cases").GetProperty(name));

        var actual = Cases[name](Operands.Load());

        Assert.Equal(expected.shape, actual.shape);
        Assert.True(actual.to(ScalarType.Float32).allclose(expected, rtol: 1e-4, atol: 1e-5), $"{name}: {actual.str()} instead of {expected.str()}");
    }

    [Fact]
    public void Every_stored_case_is_compared() =>
        Assert.Equal(Stored.GetProperty("cases").EnumerateObject().Select(c => c.Name).Order(), Cases.Keys.Order());

    [Fact]
    public void The_literal_zero_is_a_dimension()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3);

        Assert.Equal([3], x.sum(0).shape);
        Assert.Equal([3], x.prod(0).shape);
        Assert.Equal(ScalarType.Float32, x.sum(0).dtype);
    }

    [Fact]
    public void Assigning_to_an_index_writes_into_the_tensor()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);

        x[0, TensorIndex.Colon] = tensor(new[] { 1f, 2f, 3f });
        x[x == 0] = tensor(9f);

        Assert.Equal([1, 2, 3, 9, 9, 9], x.ToArray<float>());
    }

    private sealed record Operands(Tensor A, Tensor B, Tensor C, Tensor P, Tensor Image)
    {
        internal static Operands Load()
        {
            Tensor Read(string name) => ReferenceData.Tensor(Stored.GetProperty(name));

            return new Operands(Read("a"), Read("b"), Read("c"), Read("p"), Read("img"));
        }
    }
}
