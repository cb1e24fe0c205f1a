using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RobustVlm.Engine;

/// <summary>What the operating system and the runtime say about the processor.</summary>
/// <param name="Name">Model name, or the architecture where the system does not tell.</param>
/// <param name="Cores">Logical processors this process may use.</param>
/// <param name="Megahertz">Nominal clock; null where the system does not tell.</param>
/// <param name="FloatOperationsPerCycle">Float32 additions and multiplications one core can do per cycle.</param>
internal sealed record ProcessorInfo(string Name, int Cores, double? Megahertz, int FloatOperationsPerCycle)
{
    internal static ProcessorInfo Read()
    {
        var facts = File.Exists("/proc/cpuinfo") ? File.ReadAllLines("/proc/cpuinfo") : [];
        var clocks = Values(facts, "cpu MHz")
            .Select(text => double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : 0)
            .Where(value => value > 0)
            .ToArray();
        return new ProcessorInfo(
            Values(facts, "model name").FirstOrDefault() ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            clocks.Length > 0 ? clocks.Max() : null,
            OperationsPerCycle());
    }

    /// <summary>Float32 GFLOP/s to hope for with this many threads; null where the clock is unknown.</summary>
    internal double? ExpectedGigaflops(int threads) =>
        Megahertz is { } clock ? Math.Min(threads, Cores) * clock * FloatOperationsPerCycle / 1000 : null;

    private static IEnumerable<string> Values(IEnumerable<string> lines, string key) => lines
        .Where(line => line.StartsWith(key, StringComparison.Ordinal) && line.Contains(':'))
        .Select(line => line[(line.IndexOf(':') + 1)..].Trim())
        .Where(value => value.Length > 0);

    private static int OperationsPerCycle()
    {
        // Two fused multiply-add units of 16, 8 or 4 lanes each.
        if (Avx512F.IsSupported)
        {
            return 64;
        }

        return Fma.IsSupported ? 32 : AdvSimd.IsSupported ? 16 : 8;
    }
}
