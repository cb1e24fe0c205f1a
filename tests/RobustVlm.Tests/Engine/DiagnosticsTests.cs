using RobustVlm.Engine;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Engine;

public sealed class DiagnosticsTests
{
    private static readonly Diagnostics Sample = new()
    {
        Processor = "Some <CPU>",
        Cores = 8,
        ThreadCount = 8,
        Binding = "RobustVlm.Torch",
        LibTorch = "1.13.1",
        OneDnn = "2.6.3",
        BlasCore = "Prescott",
        FastBFloat16 = true,
        Float32Gigaflops = 60,
        BFloat16Gigaflops = 900,
        ExpectedGigaflops = 300,
    };

    [Fact]
    public void Tells_what_is_in_use()
    {
        var diagnostics = Diagnostics.Collect();

        Assert.NotEmpty(diagnostics.Processor);
        Assert.True(diagnostics.Cores > 0);
        Assert.Matches(@"^\d+\.\d+", diagnostics.LibTorch);
        Assert.Null(diagnostics.Float32Gigaflops);
        Assert.Contains(diagnostics.LibTorch, diagnostics.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Measures_on_request()
    {
        var diagnostics = Diagnostics.Collect(measure: true);

        Assert.True(diagnostics.Float32Gigaflops > 0);
        Assert.True(diagnostics.BFloat16Gigaflops > 0);
        Assert.Contains("GFLOP/s", diagnostics.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_below_half_of_the_expectation()
    {
        var warning = Assert.Single(Sample.Warnings);

        Assert.Contains("60 of about 300", warning, StringComparison.Ordinal);
        Assert.Contains("OPENBLAS_CORETYPE", warning, StringComparison.Ordinal);
        Assert.Empty((Sample with { Float32Gigaflops = 151 }).Warnings);
        Assert.Empty((Sample with { ExpectedGigaflops = null }).Warnings);
    }

    [Fact]
    public void Warns_when_most_cores_idle() => Assert.Contains(
        "3 of 8 cores", Assert.Single((Sample with { ThreadCount = 3, Float32Gigaflops = null }).Warnings), StringComparison.Ordinal);

    [Fact]
    public void Warns_when_the_two_thread_pools_differ() => Assert.Contains(
        "8 threads and matrix products 2", Assert.Single((Sample with { BlasThreads = 2, Float32Gigaflops = null }).Warnings), StringComparison.Ordinal);

    [Fact]
    public void Tells_what_onednn_says_of_itself()
    {
        var diagnostics = Diagnostics.Collect();

        Assert.True(diagnostics.OneDnnIsa is null || diagnostics.ToString().Contains(diagnostics.OneDnnIsa, StringComparison.Ordinal));
        Assert.Contains(diagnostics.DotNet, diagnostics.ToString(), StringComparison.Ordinal);
        Assert.Equal(diagnostics.BlasCore is null, diagnostics.BlasThreads is null);
    }

    [Fact]
    public void Notebook_table_is_escaped_and_has_a_text_beside_it()
    {
        var bundle = Sample.ToMimeBundle();

        Assert.Contains("Some &lt;CPU&gt;", (string)bundle["text/html"], StringComparison.Ordinal);
        Assert.Equal(Sample.ToString(), bundle["text/plain"]);
    }

    [Theory]
    [InlineData("  - Intel(R) MKL-DNN v2.6.3 (Git Hash N/A)\n  - OpenMP", "2.6.3")]
    [InlineData("  - oneDNN v3.1.1 (Git Hash 64f6bcbcbab628e96f33a62c3e975f8535a7bde4)", "3.1.1")]
    [InlineData("  - OpenMP 201511", "not used")]
    [InlineData("", "unknown")]
    public void Finds_the_version_of_onednn(string configuration, string version) =>
        Assert.Equal(version, Diagnostics.OneDnnVersion(configuration));

    [Fact]
    public void Threads_can_be_set()
    {
        var before = Threads.Count;
        try
        {
            Threads.Count = 1;
            Assert.Equal(1, Threads.Count);
            Assert.Throws<ArgumentOutOfRangeException>(() => Threads.Count = 0);
        }
        finally
        {
            Threads.Count = before;
        }
    }

    [Fact]
    public void Memory_follows_the_tensors()
    {
        var before = MemoryInfo.Now();
        using var tensor = torch.zeros([1024, 1024]);

        var during = MemoryInfo.Now();

        Assert.Equal(before.LiveTensors + 1, during.LiveTensors);
        Assert.True(during.ProcessBytes > 0);
        Assert.Contains("MiB", during.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_peak_can_be_counted_anew()
    {
        using var kept = torch.zeros([16, 1024]);
        torch.zeros([1024, 1024]).Dispose();
        var before = MemoryInfo.Now();

        MemoryInfo.ResetPeak();
        var after = MemoryInfo.Now();

        Assert.True(before.PeakTensorBytes >= before.TensorBytes + (4 << 20));
        Assert.Equal(after.TensorBytes, after.PeakTensorBytes);
    }

    [Fact]
    public void An_interruption_lasts_until_it_is_cleared()
    {
        Interruption.ThrowIfRequested();
        Interruption.Request();
        try
        {
            Assert.Throws<OperationCanceledException>(Interruption.ThrowIfRequested);
        }
        finally
        {
            Interruption.Clear();
        }

        Interruption.ThrowIfRequested();
    }
}
