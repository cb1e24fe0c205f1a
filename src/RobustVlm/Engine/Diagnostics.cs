using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>What the numbers are computed with: processor, libtorch, matrix library, threads, and on request their speed.</summary>
/// <remarks>In a notebook it is shown as a table. A slow matrix library is otherwise invisible, so this is the place to look first.</remarks>
public sealed record Diagnostics
{
    private const int GemmSize = 1024;

    /// <summary>Model name of the processor.</summary>
    public required string Processor { get; init; }

    /// <summary>Logical processors this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Threads one tensor operation may use.</summary>
    public required int ThreadCount { get; init; }

    /// <summary>The binding in use: RobustVlm.Torch or TorchSharp.</summary>
    public required string Binding { get; init; }

    /// <summary>Version of libtorch.</summary>
    public required string LibTorch { get; init; }

    /// <summary>Version of oneDNN inside libtorch, or "not used".</summary>
    public required string OneDnn { get; init; }

    /// <summary>Kernel family the matrix library chose, e.g. <c>SkylakeX</c>; null when it does not tell.</summary>
    public required string? BlasCore { get; init; }

    /// <summary>Newest instructions oneDNN uses, as it tells itself; null when it does not tell.</summary>
    public string? OneDnnIsa { get; init; }

    /// <summary>Threads of the matrix library's own pool; null when it does not tell.</summary>
    public int? BlasThreads { get; init; }

    /// <summary>Version of .NET.</summary>
    public string DotNet { get; init; } = RuntimeInformation.FrameworkDescription;

    /// <summary>Whether the processor multiplies bfloat16 much faster than float32.</summary>
    public required bool FastBFloat16 { get; init; }

    /// <summary>Measured speed of a float32 matrix product of size 1024, in GFLOP/s; null when not measured.</summary>
    public double? Float32Gigaflops { get; init; }

    /// <summary>Measured speed of a bfloat16 matrix product of size 1024, in GFLOP/s; null when not measured.</summary>
    public double? BFloat16Gigaflops { get; init; }

    /// <summary>Float32 GFLOP/s that the clock and the vector width promise; null when the clock is unknown.</summary>
    public double? ExpectedGigaflops { get; init; }

    /// <summary>One sentence per problem; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings => Check().ToArray();

    /// <summary>Reads the set-up.</summary>
    /// <param name="measure">Whether to time a matrix product too, which takes about one second.</param>
    /// <returns>The set-up.</returns>
    public static Diagnostics Collect(bool measure = false)
    {
        var processor = ProcessorInfo.Read();
        var threads = NativeEngine.Threads;
        return new Diagnostics
        {
            Processor = processor.Name,
            Cores = processor.Cores,
            ThreadCount = threads,
            Binding = NativeEngine.Name,
            LibTorch = NativeEngine.LibTorchVersion,
            OneDnn = OneDnnVersion(NativeEngine.Configuration),
            OneDnnIsa = NativeEngine.OneDnnIsa,
            BlasCore = NativeEngine.OpenBlasCore,
            BlasThreads = NativeEngine.BlasThreads,
            FastBFloat16 = NativeEngine.CpuHasFastBFloat16,
            Float32Gigaflops = measure ? MeasureGigaflops(torch.ScalarType.Float32) : null,
            BFloat16Gigaflops = measure ? MeasureGigaflops(torch.ScalarType.BFloat16) : null,
            ExpectedGigaflops = processor.ExpectedGigaflops(threads),
        };
    }

    /// <summary>The table for a notebook.</summary>
    /// <returns>MIME type to content: HTML and plain text.</returns>
    public IReadOnlyDictionary<string, object> ToMimeBundle()
    {
        var html = new StringBuilder("<table>");
        foreach (var (name, value) in Rows())
        {
            html.Append("<tr><th style=\"text-align:left\">").Append(WebUtility.HtmlEncode(name))
                .Append("</th><td style=\"text-align:left\">").Append(WebUtility.HtmlEncode(value)).Append("</td></tr>");
        }

        html.Append("</table>");
        foreach (var warning in Warnings)
        {
            html.Append("<p><b>Warning:</b> ").Append(WebUtility.HtmlEncode(warning)).Append("</p>");
        }

        return new Dictionary<string, object> { ["text/html"] = html.ToString(), ["text/plain"] = ToString() };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var lines = Rows().Select(row => $"{row.Name,-17}{row.Value}");
        return string.Join('\n', lines.Concat(Warnings.Select(warning => $"Warning: {warning}")));
    }

    internal static string OneDnnVersion(string configuration)
    {
        foreach (var line in configuration.Split('\n'))
        {
            var at = line.IndexOf("MKL-DNN v", StringComparison.OrdinalIgnoreCase);
            at = at < 0 ? line.IndexOf("oneDNN v", StringComparison.OrdinalIgnoreCase) : at;
            if (at >= 0)
            {
                var version = line[(line.IndexOf(" v", at, StringComparison.OrdinalIgnoreCase) + 2)..];
                return version.Split(' ', '(')[0];
            }
        }

        return configuration.Length == 0 ? "unknown" : "not used";
    }

    private IEnumerable<(string Name, string Value)> Rows()
    {
        yield return ("Processor", string.Create(CultureInfo.InvariantCulture, $"{Processor}, {Cores} logical cores"));
        yield return ("Threads", ThreadCount.ToString(CultureInfo.InvariantCulture));
        yield return ("libtorch", $"{LibTorch} through {Binding}, {DotNet}");
        yield return ("oneDNN", OneDnnIsa is null ? OneDnn : $"{OneDnn}, {OneDnnIsa}");
        yield return ("Matrix library", BlasCore is null ? "does not tell its kernels" : $"OpenBLAS, {BlasCore} kernels{(BlasThreads is { } own ? string.Create(CultureInfo.InvariantCulture, $", {own} threads") : "")}");
        yield return ("bfloat16", FastBFloat16 ? "fast, used for training" : "not fast here, float32 is used");
        if (Float32Gigaflops is { } single)
        {
            var expected = ExpectedGigaflops is { } hope
                ? string.Create(CultureInfo.InvariantCulture, $" of about {hope:0} expected") : "";
            yield return ("float32 product", string.Create(CultureInfo.InvariantCulture, $"{single:0} GFLOP/s{expected}"));
        }

        if (BFloat16Gigaflops is { } half)
        {
            yield return ("bfloat16 product", string.Create(CultureInfo.InvariantCulture, $"{half:0} GFLOP/s"));
        }
    }

    private IEnumerable<string> Check()
    {
        if (Float32Gigaflops is { } measured && ExpectedGigaflops is { } expected && measured < 0.5 * expected)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Matrix products reach {measured:0} of about {expected:0} GFLOP/s: another program is using the processor, "
                + $"or the matrix library chose kernels for an older one ({BlasCore ?? "unknown"}); for OpenBLAS, set "
                + $"OPENBLAS_CORETYPE (SkylakeX for AVX-512, Haswell for AVX2) before the program starts.");
        }

        if (ThreadCount < Cores / 2)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Only {ThreadCount} of {Cores} cores are used; set Threads.Count to use more.");
        }

        if (BlasThreads is { } blas && blas != ThreadCount)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Operators use {ThreadCount} threads and matrix products {blas}; set Threads.Count, which governs both.");
        }
    }

    private static double MeasureGigaflops(torch.ScalarType type)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var matrix = torch.ones([GemmSize, GemmSize], dtype: type);
        matrix.matmul(matrix).Dispose();   // the first product also loads the kernels
        var best = TimeSpan.MaxValue;
        var total = Stopwatch.StartNew();
        while (total.ElapsedMilliseconds < 400)
        {
            var start = total.Elapsed;
            matrix.matmul(matrix).Dispose();
            var elapsed = total.Elapsed - start;
            best = elapsed < best ? elapsed : best;
        }

        return 2.0 * GemmSize * GemmSize * GemmSize / best.TotalSeconds / 1e9;
    }
}
