using System.Text;
using TorchSharp;

namespace RobustVlm.Torch.Interop;

/// <summary>Turns a native status into an exception.</summary>
internal static unsafe class NativeError
{
    // Managed code that libtorch called threw: its own exception goes on.
    private const int ManagedError = 7;

    internal static void Check(int status)
    {
        if (status != 0)
        {
            throw Make(status, null);
        }
    }

    /// <param name="status">Status of the failed call.</param>
    /// <param name="call">The operator with its operands' shapes; null for calls that are no operator.</param>
    internal static Exception Make(int status, string? call)
    {
        if (status == ManagedError)
        {
            NativeCallbacks.ThrowManaged();
        }

        byte* text;
        int length;
        _ = NativeMethods.rvt_last_error(&text, &length);
        var message = ErrorText.Readable(Encoding.UTF8.GetString(text, length));
        if (call is not null)
        {
            message = $"{message} (in {call})";
        }

        return new TorchException(message, (TorchErrorKind)status);
    }
}
