using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Functions that see, and may replace, the gradient of a tensor while it is computed (PyTorch's <c>register_hook</c>).</summary>
/// <remarks>With the TorchSharp package, which has no hooks, they are put on results of operators only, by a custom function; on a leaf they are refused.</remarks>
public static class TensorHooks
{
    /// <summary>Puts a hook on a tensor.</summary>
    /// <param name="tensor">Tensor [...] that requires a gradient.</param>
    /// <param name="hook">Gets the gradient [...], of the tensor's shape, and returns another one, or null to leave it. It must not hold the tensor itself, or neither is ever freed.</param>
    /// <returns>Takes the hook off when disposed; otherwise it stays as long as the tensor.</returns>
    /// <exception cref="NotSupportedException">The tensor is a leaf and the TorchSharp package is in use.</exception>
    public static IDisposable Register(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor?> hook)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(hook);
        return NativeEngine.RegisterHook(tensor, hook);
    }
}
