using TorchSharp;
using TorchSharp.Modules;

namespace RobustVlm.Engine;

/// <summary>A whole transformer block as one operator of the engine, where it has one.</summary>
internal static class FusedBlock
{
    [ThreadStatic]
    private static int s_fixed;

    /// <summary>
    /// Until the returned scope ends, passes on this thread are differentiated by their input or not at all, as in an attack: blocks then run as one
    /// operator. Gradients of parameters, asked for all the same, are right, but slow. Everywhere else blocks run part by part, with or without a
    /// gradient, so that a model that is trained and its frozen copy agree in all bits.
    /// </summary>
    internal static IDisposable ParametersAreFixed() => new Fixed();

    /// <summary>The weights of a layer that is nothing but a product and a sum; null for any other module, or where hooks would be passed over.</summary>
    /// <param name="layer">The module.</param>
    internal static (torch.Tensor Weight, torch.Tensor? Bias)? Plain(torch.nn.Module layer) =>
        NativeEngine.HasBlock && layer is Linear linear && !NativeEngine.HasHooks(linear) ? (linear.weight, linear.bias) : null;

    /// <summary>x + attention(norm(x)), and then x + mlp(norm(x)).</summary>
    /// <param name="tokens">Float tensor [N, T, D].</param>
    /// <param name="norms">The two norms.</param>
    /// <param name="joined">Weight and bias of queries, keys and values; null where they are more than that.</param>
    /// <param name="layers">The projection after attention and the two layers of the perceptron.</param>
    /// <param name="around">The modules that hold these parts, whose hooks would be passed over.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="quick">Whether the nonlinearity is x sigmoid(1.702 x); otherwise it is the exact GELU.</param>
    /// <param name="mask">Float tensor added to the scores, broadcast to [N, heads, T, T]; null hides nothing.</param>
    /// <returns>
    /// Float tensor [N, T, D]; null outside <see cref="ParametersAreFixed"/> and where the operator cannot do it: with the TorchSharp package, on a
    /// GPU, in float64, with layers that were exchanged or have hooks, on processors without wide vectors.
    /// </returns>
    internal static torch.Tensor? Of(
        torch.Tensor tokens,
        (LayerNorm First, LayerNorm Second) norms,
        (torch.Tensor Weight, torch.Tensor? Bias)? joined,
        (torch.nn.Module Projection, torch.nn.Module Expansion, torch.nn.Module Contraction) layers,
        (torch.nn.Module Attention, torch.nn.Module Perceptron) around,
        int heads,
        bool quick,
        torch.Tensor? mask)
    {
        if (!NativeEngine.HasBlock
            || s_fixed == 0
            || joined is not { } first
            || Plain(layers.Projection) is not { } projection
            || Plain(layers.Expansion) is not { } expansion
            || Plain(layers.Contraction) is not { } contraction
            || NativeEngine.HasHooks(norms.First)
            || NativeEngine.HasHooks(norms.Second)
            || NativeEngine.HasHooks(around.Attention)
            || NativeEngine.HasHooks(around.Perceptron))
        {
            return null;
        }

        return NativeEngine.Block(
            tokens,
            [
                norms.First.weight, norms.First.bias, first.Weight, first.Bias, projection.Weight, projection.Bias,
                norms.Second.weight, norms.Second.bias, expansion.Weight, expansion.Bias, contraction.Weight, contraction.Bias,
            ],
            heads,
            (norms.First.eps, norms.Second.eps),
            quick,
            mask);
    }

    private sealed class Fixed : IDisposable
    {
        private bool _ended;

        internal Fixed() => s_fixed++;

        public void Dispose()
        {
            s_fixed -= _ended ? 0 : 1;
            _ended = true;
        }
    }
}
