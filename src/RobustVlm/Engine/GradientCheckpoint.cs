using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Trades time for memory: a segment's activations are not kept but computed again in the backward pass (Chen et al. 2016, arXiv:1604.06174).</summary>
/// <remarks>
/// Gradients of inputs and parameters are the same as without, second derivatives included; random numbers and autocast are as in the
/// first run. The segment must do the same both times and keep no tensor it makes. With the TorchSharp package the segment is
/// simply called: right, but with the memory it always took.
/// </remarks>
public static class GradientCheckpoint
{
    /// <summary>Runs a segment with one input.</summary>
    /// <param name="segment">The piece of the network, e.g. one transformer block.</param>
    /// <param name="input">Tensor [...] the segment starts from.</param>
    /// <param name="generators">Generators the segment draws from, besides the default one.</param>
    /// <returns>The segment's output [...].</returns>
    /// <exception cref="InvalidOperationException">The segment uses a tensor that needs a gradient and was computed outside, or changes its input in place.</exception>
    public static torch.Tensor Run(Func<torch.Tensor, torch.Tensor> segment, torch.Tensor input, IReadOnlyList<torch.Generator>? generators = null)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(input);
        return NativeEngine.Checkpoint(inputs => [segment(inputs[0])], [input], generators)[0];
    }

    /// <summary>Runs a segment with several inputs.</summary>
    /// <param name="segment">The piece of the network.</param>
    /// <param name="inputs">Tensors [...] the segment starts from: all that need a gradient and are no parameters.</param>
    /// <param name="generators">Generators the segment draws from, besides the default one.</param>
    /// <returns>The segment's output [...].</returns>
    /// <exception cref="InvalidOperationException">The segment uses a tensor that needs a gradient and was computed outside, or changes an input in place.</exception>
    public static torch.Tensor Run(
        Func<IReadOnlyList<torch.Tensor>, torch.Tensor> segment, IReadOnlyList<torch.Tensor> inputs, IReadOnlyList<torch.Generator>? generators = null)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(inputs);
        return NativeEngine.Checkpoint(given => [segment(given)], inputs, generators)[0];
    }
}
