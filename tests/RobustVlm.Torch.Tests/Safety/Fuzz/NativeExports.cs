using System.Reflection;
using RobustVlm.Torch.Interop;
using TorchSharp;

namespace RobustVlm.Torch.Tests.Safety.Fuzz;

/// <summary>
/// Calls the native entry points directly, with undefined tensors and numbers that mean nothing. Entry points that take
/// pointers which only the binding itself makes (operators, generators, callbacks) are reached through the other targets.
/// </summary>
internal static unsafe class NativeExports
{
    private const int Room = 64;

    private static readonly string[] TensorNames = ["tensor", "gradient", "data", "input", "output", "other", "self"];
    private static readonly int[] Numbers = [0, 1, -1, 3, 99, 255, int.MaxValue, int.MinValue];

    /// <summary>The entry points that can be called so.</summary>
    internal static List<MethodInfo> Callable() =>
        [.. typeof(NativeMethods).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(method => method.Name.StartsWith("rvt_", StringComparison.Ordinal) && method.Name is not ("rvt_start" or "rvt_fence_for_test" or "rvt_free_list" or "rvt_tensor_release"))
            .Where(method => method.GetParameters().All(CanMake))
            .DistinctBy(method => method.Name)
            .OrderBy(method => method.Name, StringComparer.Ordinal)];

    /// <summary>Calls each with every number and with an undefined, an empty and an ordinary tensor; prints each name first.</summary>
    internal static void CallAll()
    {
        using var ordinary = torch.ones(2, 3);
        using var empty = torch.zeros([0, 3], dtype: torch.int64);
        var buffer = (long*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(Room, sizeof(long));
        foreach (var method in Callable())
        {
            foreach (var number in Numbers)
            {
                foreach (var tensor in new[] { 0, empty.Handle, ordinary.Handle })
                {
                    Console.WriteLine($"{method.Name} {number} {(tensor == 0 ? "undefined" : "tensor")}");
                    new Span<long>(buffer, Room).Clear();
                    var status = (int)method.Invoke(null, [.. method.GetParameters().Select(parameter => Value(parameter, number, tensor, buffer))])!;   // all return an int
                    var error = status == 0 ? null : NativeError.Make(status, null).Message;
                    if (error is "" || error?.Contains('\n', StringComparison.Ordinal) == true)
                    {
                        throw new InvalidOperationException($"{method.Name} says '{error}'.");
                    }
                }
            }
        }

        Console.WriteLine($"done {Callable().Count}");
    }

    private static bool CanMake(ParameterInfo parameter) => parameter.ParameterType switch
    {
        { IsPointer: true } type => type != typeof(NativeValue*) && type != typeof(void*) && type != typeof(byte*),
        var type when type == typeof(nint) => TensorNames.Contains(parameter.Name),
        var type => type == typeof(int) || type == typeof(long) || type == typeof(ulong) || type == typeof(double),
    };

    private static object Value(ParameterInfo parameter, int number, nint tensor, long* buffer)
    {
        var type = parameter.ParameterType;
        if (type.IsPointer)
        {
            return Pointer.Box(buffer, type);
        }

        // A count says how long a buffer of the binding's own is; the buffer holds undefined tensors.
        var isCount = type == typeof(int) && (parameter.Name!.Contains("ount", StringComparison.Ordinal) || parameter.Name == "capacity");   // parameters have names
        return type == typeof(nint) ? tensor
            : type == typeof(int) ? (object)(isCount && parameter.Member.Name != "rvt_set_threads" ? Math.Clamp(number, 0, 3) : number)
            : type == typeof(long) ? (object)(long)number
            : type == typeof(ulong) ? (object)unchecked((ulong)number)
            : (object)(double)number;
    }
}
