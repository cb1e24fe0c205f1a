using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <content>Custom functions, hooks, anomaly mode, and what re-running a piece of a graph needs.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)] internal static partial int rvt_set_callbacks(void* apply, void* hook, void* release);
    [LibraryImport(Library)] internal static partial int rvt_managed_error(nint* error);
    [LibraryImport(Library)] internal static partial int rvt_managed_error_clear();

    [LibraryImport(Library)] internal static partial int rvt_function_begin(nint function, byte* name, nint* inputs, int count, nint* owner, nint* node);
    [LibraryImport(Library)] internal static partial int rvt_function_release(nint owner);
    [LibraryImport(Library)] internal static partial int rvt_function_end(nint owner, nint* inputs, int inputCount, nint* nonDifferentiable, int nonDifferentiableCount, nint* dirty, int dirtyCount, nint* outputs, int outputCount, nint* saved, int savedCount, int materialize, nint* results);
    [LibraryImport(Library)] internal static partial int rvt_function_saved(nint node, nint* results, int count);
    [LibraryImport(Library)] internal static partial int rvt_function_needs_gradient(nint node, int input, int* needed);

    [LibraryImport(Library)] internal static partial int rvt_hook_add(nint tensor, nint function, nint* registration);
    [LibraryImport(Library)] internal static partial int rvt_hook_release(nint registration, int remove);

    [LibraryImport(Library)] internal static partial int rvt_anomaly(int* enabled, int* checkNan);
    [LibraryImport(Library)] internal static partial int rvt_set_anomaly(int enabled, int checkNan);

    [LibraryImport(Library)] internal static partial int rvt_graph_mark(ulong* mark);
    [LibraryImport(Library)] internal static partial int rvt_graph_leaves(nint* outputs, int count, ulong mark, nint** leaves, int* leafCount, int* foreign);
    [LibraryImport(Library)] internal static partial int rvt_tensor_version(nint tensor, long* version);
    [LibraryImport(Library)] internal static partial int rvt_autocast_cache(int* enabled);
    [LibraryImport(Library)] internal static partial int rvt_generator_default_on(int deviceType, int deviceIndex, nint* result);
    [LibraryImport(Library)] internal static partial int rvt_set_autocast_cache(int enabled);
}
