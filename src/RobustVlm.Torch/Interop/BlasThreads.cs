using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <summary>OpenBLAS's own thread pool and core name; does nothing where libtorch uses another BLAS.</summary>
internal static unsafe class BlasThreads
{
    private static readonly string[] Names = ["libopenblas.so.0", "libblas.so.3"];
    private static readonly nint Library = Find();

    /// <summary>The kernels OpenBLAS chose, e.g. <c>SkylakeX</c>; null without OpenBLAS.</summary>
    internal static string? CoreName =>
        Library != 0 && NativeLibrary.TryGetExport(Library, "openblas_get_corename", out var function)
            ? Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)function)())
            : null;

    /// <summary>Threads of its pool; null without OpenBLAS.</summary>
    internal static int? Count =>
        Library != 0 && NativeLibrary.TryGetExport(Library, "openblas_get_num_threads", out var function) ? ((delegate* unmanaged<int>)function)() : null;

    internal static void Set(int count)
    {
        if (Library != 0 && NativeLibrary.TryGetExport(Library, "openblas_set_num_threads", out var function))
        {
            ((delegate* unmanaged<int, void>)function)(count);
        }
    }

    private static nint Find()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                if (NativeLibrary.TryGetExport(library, "openblas_set_num_threads", out _))
                {
                    return library;
                }

                NativeLibrary.Free(library);
            }
        }

        return 0;
    }
}
