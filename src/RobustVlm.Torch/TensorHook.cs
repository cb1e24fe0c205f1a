using RobustVlm.Torch.Interop;
using TorchSharp;

namespace RobustVlm.Torch;

/// <summary>A function that sees, and may replace, the gradient of one tensor (PyTorch's <c>register_hook</c>).</summary>
/// <remarks>The hook stays as long as the tensor when this object is dropped; <see cref="Dispose"/> takes it off.</remarks>
public sealed unsafe class TensorHook : IDisposable
{
    private nint _registration;

    private TensorHook(nint registration) => _registration = registration;

    ~TensorHook() => Release(remove: false);

    /// <summary>Puts a hook on a tensor.</summary>
    /// <param name="tensor">Tensor [...] that requires a gradient; a leaf or a result.</param>
    /// <param name="hook">Gets the gradient [...] of the tensor's shape and returns another one, or null to leave it.</param>
    /// <exception cref="TorchException">The tensor requires no gradient.</exception>
    public static TensorHook Register(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor?> hook)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(hook);
        var target = tensor.Handle;
        nint registration;
        NativeError.Check(NativeMethods.rvt_hook_add(target, NativeCallbacks.Reference(hook), &registration));
        GC.KeepAlive(tensor);
        return new TensorHook(registration);
    }

    /// <summary>Takes the hook off; harmless when the tensor has gone.</summary>
    public void Dispose()
    {
        Release(remove: true);
        GC.SuppressFinalize(this);
    }

    private void Release(bool remove)
    {
        var registration = Interlocked.Exchange(ref _registration, 0);
        if (registration != 0)
        {
            _ = NativeMethods.rvt_hook_release(registration, remove ? 1 : 0);
        }
    }
}
