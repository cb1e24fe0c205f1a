using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <content>Short ways for what is called most.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)] internal static partial int rvt_op_is_direct(nint op, int* result);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_element(nint tensor, NativeElement* result);
    [LibraryImport(Library)] internal static partial int rvt_trim_memory();
}
