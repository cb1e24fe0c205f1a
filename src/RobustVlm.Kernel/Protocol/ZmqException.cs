using System.Runtime.InteropServices;

namespace RobustVlm.Kernel.Protocol;

/// <summary>A call into libzmq failed.</summary>
internal sealed class ZmqException(string call, int error)
    : Exception($"{call} failed: {Marshal.PtrToStringUTF8(ZmqNative.ErrorText(error))} (error {error}).")
{
    /// <summary>libzmq's error number.</summary>
    public int Error { get; } = error;
}
