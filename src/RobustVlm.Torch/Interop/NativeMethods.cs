using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

// Every stack buffer here is written before it is read; clearing it first costs a tenth of a small operator.
[module: SkipLocalsInit]

namespace RobustVlm.Torch.Interop;

/// <summary>The entry points of the native shim. All return 0, or a status whose message <c>rvt_last_error</c> holds.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "robustvlm_torch";

    static NativeMethods() => NativeStart.Run();

    /// <summary>Makes sure that the library is loaded and set up.</summary>
    internal static void EnsureLoaded()
    {
    }

    [LibraryImport(Library)] internal static partial int rvt_start(long** liveBytes, long** peakBytes);
    [LibraryImport(Library)] internal static partial int rvt_last_error(byte** message, int* length);
    [LibraryImport(Library)] internal static partial int rvt_throw_for_test(int kind);

    [LibraryImport(Library)] internal static partial int rvt_tensor_release(nint tensor);
    [LibraryImport(Library)] internal static partial int rvt_tensor_retain(nint tensor, nint* result);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_dim(nint tensor, long* result);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_numel(nint tensor, long* result);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_sizes(nint tensor, long* sizes, int capacity, int* count);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_strides(nint tensor, long* strides, int capacity, int* count);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_dtype(nint tensor, int* result);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int rvt_tensor_device(nint tensor, int* type, int* index);
    [LibraryImport(Library)] internal static partial int rvt_tensor_data(nint tensor, void** result);
    [LibraryImport(Library)] internal static partial int rvt_tensor_is_contiguous(nint tensor, int* result);
    [LibraryImport(Library)] internal static partial int rvt_tensor_requires_grad(nint tensor, int* result);
    [LibraryImport(Library)] internal static partial int rvt_tensor_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] internal static partial int rvt_tensor_is_leaf(nint tensor, int* result);
    [LibraryImport(Library)] internal static partial int rvt_tensor_grad(nint tensor, nint* result);
    [LibraryImport(Library)] internal static partial int rvt_tensor_set_grad(nint tensor, nint gradient);
    [LibraryImport(Library)] internal static partial int rvt_tensor_set_data(nint tensor, nint data);
    [LibraryImport(Library)] internal static partial int rvt_tensor_retain_grad(nint tensor);

    [LibraryImport(Library)] internal static partial int rvt_op_exists(byte* name, byte* overload, int* exists);
    [LibraryImport(Library)] internal static partial int rvt_op_find(byte* name, byte* overload, nint* result);
    [LibraryImport(Library)] internal static partial int rvt_op_schema(nint op, byte** text, int* length);
    [LibraryImport(Library)] internal static partial int rvt_op_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, int* resultCount);
    [LibraryImport(Library)] internal static partial int rvt_free_list(void* handles);

    [LibraryImport(Library)] internal static partial int rvt_tf32(int* allowed);
    [LibraryImport(Library)] internal static partial int rvt_set_tf32(int allowed);
    [LibraryImport(Library)] internal static partial int rvt_attention(nint joined, int heads, nint mask, nint* result);
    [LibraryImport(Library)] internal static partial int rvt_transformer_block(nint tokens, nint* parameters, int heads, double firstEpsilon, double secondEpsilon, int quick, nint mask, int inputOnly, nint* result);
    [LibraryImport(Library)] internal static partial int rvt_force_block_machine(int machine, int* taken);

    [LibraryImport(Library)] internal static partial int rvt_grad_mode(int* enabled);
    [LibraryImport(Library)] internal static partial int rvt_set_grad_mode(int enabled);
    [LibraryImport(Library)] internal static partial int rvt_inference_mode_enter(int enabled, nint* guard);
    [LibraryImport(Library)] internal static partial int rvt_inference_mode_exit(nint guard);
    [LibraryImport(Library)] internal static partial int rvt_inference_mode(int* enabled);
    [LibraryImport(Library)] internal static partial int rvt_backward(nint* outputs, int outputCount, nint* gradients, int gradientCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)] internal static partial int rvt_grad(nint* outputs, int outputCount, nint* inputs, int inputCount, nint* gradients, int gradientCount, int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library)] internal static partial int rvt_generator_new(ulong seed, int deviceType, int deviceIndex, nint* result);
    [LibraryImport(Library)] internal static partial int rvt_generator_default(nint* result);
    [LibraryImport(Library)] internal static partial int rvt_generator_release(nint generator);
    [LibraryImport(Library)] internal static partial int rvt_generator_set_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial int rvt_generator_seed(nint generator, ulong* seed);
    [LibraryImport(Library)] internal static partial int rvt_generator_get_state(nint generator, nint* state);
    [LibraryImport(Library)] internal static partial int rvt_generator_set_state(nint generator, nint state);
    [LibraryImport(Library)] internal static partial int rvt_manual_seed(ulong seed);

    [LibraryImport(Library)] internal static partial int rvt_reset_peak();
    [LibraryImport(Library)] internal static partial int rvt_version(byte** text, int* length);
    [LibraryImport(Library)] internal static partial int rvt_configuration(byte** text, int* length);
    [LibraryImport(Library)] internal static partial int rvt_threads(int* count);
    [LibraryImport(Library)] internal static partial int rvt_set_threads(int count);
    [LibraryImport(Library)] internal static partial int rvt_cuda_device_count(int* count);
    [LibraryImport(Library)] internal static partial int rvt_autocast(int device, int* enabled, int* dtype);
    [LibraryImport(Library)] internal static partial int rvt_set_autocast(int device, int enabled, int dtype);
    [LibraryImport(Library)] internal static partial int rvt_autocast_nesting(int change);
}
