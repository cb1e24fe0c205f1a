using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace RobustVlm.Benchmarks.Running;

/// <summary>What must stand beside numbers of speed: the machine, and what libtorch was told.</summary>
/// <param name="LibTorch">Version of libtorch.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="Threads">Threads of one operator in our process.</param>
/// <param name="OpenBlasCore">Kernels of OpenBLAS in our process.</param>
/// <param name="Variables">Settings in our process's environment, given to C++ and tuned Python as well.</param>
internal sealed partial record Facts(string LibTorch, string Runtime, int Threads, string? OpenBlasCore, IReadOnlyDictionary<string, string> Variables)
{
    private static readonly string[] Names = ["OPENBLAS_CORETYPE", "OMP_WAIT_POLICY", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"];

    /// <summary>All variables that change libtorch's speed; Python as installed runs without them.</summary>
    public static IReadOnlyList<string> Tuning => Names;

    /// <summary>The processor's name.</summary>
    public static string Processor { get; } = File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "unknown"
        : "unknown";

    /// <summary>Processes that want to run, averaged over a minute.</summary>
    public static double Load() => File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : 0;

    /// <summary>The facts of this process as JSON on one line.</summary>
    public static string Own()
    {
        var threads = Torch.Runtime.Threads;   // loads libtorch, after which the variables are set
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            if (Marshal.PtrToStringUTF8(getenv(name)) is { } value)
            {
                variables[name] = value;
            }
        }

        return JsonSerializer.Serialize(new Facts(Torch.Runtime.LibTorchVersion, Environment.Version.ToString(), threads, Torch.Runtime.OpenBlasCore, variables));
    }

    /// <summary>What <see cref="Own"/> wrote.</summary>
    public static Facts Read(string json) => JsonSerializer.Deserialize<Facts>(json) ?? throw new SideException("our own process gave no facts about itself.");

    // .NET's own view of the environment does not show what was set for native code.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getenv(string name);
}
