using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_is_pending(nint tensor, int* result);
    [LibraryImport(Library)] internal static partial int rvt_tensor_storage_offset(nint tensor, long* result);
}
