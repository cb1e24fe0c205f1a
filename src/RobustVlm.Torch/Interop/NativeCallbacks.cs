using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace RobustVlm.Torch.Interop;

/// <summary>What native code may ask a managed object during a backward pass.</summary>
internal interface IBackwardFunction
{
    /// <summary>Whether no one keeps the gradients that come and go: then they are freed at once instead of by the user's scope.</summary>
    bool FreesGradients { get; }

    /// <summary>Gradients of the inputs from those of the outputs; null stands for an undefined one on both sides.</summary>
    torch.Tensor?[] Apply(torch.Tensor?[] gradients, int resultCount);

    /// <summary>The native node is about to disappear.</summary>
    void OnNodeReleased();
}

/// <summary>The functions that native code calls. No exception leaves them: it crosses as an object and is thrown again on the other side.</summary>
internal static unsafe class NativeCallbacks
{
    static NativeCallbacks() => NativeError.Check(NativeMethods.rvt_set_callbacks(
        (delegate* unmanaged<nint, nint*, int, nint*, int, nint*, int>)&Apply,
        (delegate* unmanaged<nint, nint, nint*, nint*, int>)&Hook,
        (delegate* unmanaged<nint, void>)&Release));

    /// <summary>Makes an object reachable for native code, which lets it go again.</summary>
    internal static nint Reference(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    /// <summary>Throws the exception that crossed native code, with its own stack trace.</summary>
    internal static void ThrowManaged()
    {
        nint error;
        NativeError.Check(NativeMethods.rvt_managed_error(&error));
        var exception = error == 0 ? null : GCHandle.FromIntPtr(error).Target as ExceptionDispatchInfo;
        NativeError.Check(NativeMethods.rvt_managed_error_clear());
        exception?.Throw();
    }

    [UnmanagedCallersOnly]
    [SuppressMessage("Design", "CA1031", Justification = "An exception that leaves this method ends the process.")]
    private static int Apply(nint function, nint* gradients, int gradientCount, nint* results, int resultCount, nint* error)
    {
        try
        {
            var given = new torch.Tensor?[gradientCount];
            for (var i = 0; i < gradientCount; i++)
            {
                given[i] = gradients[i] == 0 ? null : new torch.Tensor(gradients[i]);
            }

            var target = (IBackwardFunction)GCHandle.FromIntPtr(function).Target!;   // only such objects are handed over as functions
            var made = target.Apply(given, resultCount);
            var handles = Operator.OptionalHandles(made);
            for (var i = 0; i < resultCount; i++)
            {
                Retain(handles[i], results + i);
            }

            GC.KeepAlive(made);
            if (target.FreesGradients)
            {
                foreach (var gradient in given.Concat(made))
                {
                    gradient?.Dispose();
                }
            }

            return 0;
        }
        catch (Exception e)
        {
            *error = Reference(ExceptionDispatchInfo.Capture(e));
            return 1;
        }
    }

    [UnmanagedCallersOnly]
    [SuppressMessage("Design", "CA1031", Justification = "An exception that leaves this method ends the process.")]
    private static int Hook(nint function, nint gradient, nint* result, nint* error)
    {
        try
        {
            var replacement = ((Func<torch.Tensor, torch.Tensor?>)GCHandle.FromIntPtr(function).Target!)(new torch.Tensor(gradient));   // as above
            Retain(replacement?.Handle ?? 0, result);
            GC.KeepAlive(replacement);
            return 0;
        }
        catch (Exception e)
        {
            *error = Reference(ExceptionDispatchInfo.Capture(e));
            return 1;
        }
    }

    [UnmanagedCallersOnly]
    private static void Release(nint reference)
    {
        var handle = GCHandle.FromIntPtr(reference);
        (handle.Target as IBackwardFunction)?.OnNodeReleased();
        handle.Free();
    }

    private static void Retain(nint handle, nint* result)
    {
        if (handle != 0)
        {
            NativeError.Check(NativeMethods.rvt_tensor_retain(handle, result));
        }
    }
}
