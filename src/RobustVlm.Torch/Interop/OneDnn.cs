using System.Globalization;
using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <summary>What oneDNN tells about itself, asked of the very library that libtorch has loaded.</summary>
internal static unsafe class OneDnn
{
    private const string Maps = "/proc/self/maps";

    internal static string? Isa
    {
        get
        {
            foreach (var path in LoadedLibraries())
            {
                if (NativeLibrary.TryLoad(path, out var library))
                {
                    var known = NativeLibrary.TryGetExport(library, "dnnl_get_effective_cpu_isa", out var function);
                    var isa = known ? ((delegate* unmanaged<int>)function)() : 0;
                    NativeLibrary.Free(library);
                    if (known)
                    {
                        return NameOf(isa);
                    }
                }
            }

            return null;
        }
    }

    // The numbers of dnnl_cpu_isa_t, oneDNN 1.x to 3.x.
    internal static string NameOf(int isa) => isa switch
    {
        0x1 => "SSE4.1",
        0x3 => "AVX",
        0x7 => "AVX2",
        0xf or 0x407 => "AVX2 with VNNI",
        0x1f => "AVX2 with VNNI, float16 and bfloat16",
        0x27 => "AVX-512",
        0x67 => "AVX-512 with VNNI",
        0xe7 => "AVX-512 with bfloat16",
        0x1ef => "AVX-512 with float16",
        0x3e7 or 0xfef => "AVX-512 with AMX",
        0x1fef => "AVX-512 with AMX and float16",
        _ => string.Create(CultureInfo.InvariantCulture, $"set 0x{isa:x}"),
    };

    // A copy of its own, or the one inside libtorch.
    private static string[] LoadedLibraries() => !File.Exists(Maps) ? [] : File.ReadLines(Maps)
        .Where(line => line.Contains("/libdnnl.so", StringComparison.Ordinal) || line.Contains("/libtorch_cpu.so", StringComparison.Ordinal))
        .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
        .Distinct()
        .OrderBy(path => path.Contains("libtorch", StringComparison.Ordinal))
        .ToArray();
}
