using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <content>Tensors in files.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int rvt_tensor_save(nint tensor, string path);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int rvt_tensor_load(string path, nint* result);
}
