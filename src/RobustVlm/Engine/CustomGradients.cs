using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>What PyTorch's custom functions know and TorchSharp's do not.</summary>
public static class CustomGradients
{
    /// <summary>Whether the running backward pass wants the gradient of an argument, so that an expensive one can be skipped (PyTorch's <c>needs_input_grad</c>).</summary>
    /// <param name="context">The context <c>backward</c> was given.</param>
    /// <param name="tensorIndex">Which tensor among the arguments that are tensors, from 0.</param>
    /// <returns>True when it is wanted; with the TorchSharp package, which cannot tell, always true.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tensor.</exception>
    public static bool NeedsGradient(this torch.autograd.AutogradContext context, int tensorIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return NativeEngine.NeedsGradient(context, tensorIndex);
    }
}
