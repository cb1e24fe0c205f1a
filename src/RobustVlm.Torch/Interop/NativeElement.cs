using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <summary>Where the only element of a tensor lies, laid out as on the native side.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeElement
{
    /// <summary>Number of elements.</summary>
    internal long Count;

    /// <summary>The element; null where there is not exactly one, or not in the processor's memory.</summary>
    internal void* Data;

    /// <summary>Element type, as in <c>ScalarType</c>.</summary>
    internal int Type;
}
