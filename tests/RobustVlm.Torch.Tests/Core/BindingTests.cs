using System.Diagnostics;
using System.Reflection;
using RobustVlm.Torch.Interop;
using TorchSharp;
using Xunit;

namespace RobustVlm.Torch.Tests.Core;

public class BindingTests
{
    public static TheoryData<string> Schemas =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Operators.txt")).Where(line => line.StartsWith("aten::", StringComparison.Ordinal))];

    [Fact]
    public void Managed_and_native_entry_points_are_the_same()
    {
        var declared = typeof(NativeMethods).GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Select(m => m.Name).Where(n => n.StartsWith("rvt_", StringComparison.Ordinal)).Distinct().Order();

        var exported = Exports().Order();

        Assert.Equal(declared, exported);
    }

    [Fact]
    public void Nothing_but_guarded_entry_points_is_exported_with_c_linkage() =>
        Assert.All(Exports(cLinkageOnly: true), name => Assert.StartsWith("rvt_", name, StringComparison.Ordinal));

    [Fact]
    public void Tensor_float_32_is_off_until_it_is_asked_for()
    {
        Assert.False(Runtime.AllowTf32);
        Runtime.AllowTf32 = true;
        Assert.True(Runtime.AllowTf32);
        Runtime.AllowTf32 = false;
    }

    [Theory]
    [InlineData(4, "D is a multiple")]
    [InlineData(0, "D is a multiple")]
    public void Attention_refuses_heads_that_do_not_divide_the_width(int heads, string text)
    {
        using var joined = torch.zeros(1, 2, 18);
        Assert.Contains(text, Assert.ThrowsAny<Exception>(() => Runtime.Attention(joined, heads)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_refuses_what_it_cannot_compute()
    {
        using var exact = torch.zeros([1, 2, 18], dtype: torch.ScalarType.Float64);
        using var flat = torch.zeros(2, 18);
        using var joined = torch.zeros(1, 2, 18);
        using var wrong = torch.zeros(3, 3);
        using var trained = torch.zeros(2, 2).requires_grad_();
        Assert.Contains("float32 and bfloat16", Assert.ThrowsAny<Exception>(() => Runtime.Attention(exact, 2)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => Runtime.Attention(flat, 2));
        Assert.ThrowsAny<Exception>(() => Runtime.Attention(joined, 2, wrong));
        Assert.Contains("no gradient of a mask", Assert.ThrowsAny<Exception>(() => Runtime.Attention(joined, 2, trained)).Message, StringComparison.Ordinal);
        using var none = torch.zeros(0, 2, 18);
        using var empty = Runtime.Attention(none, 3);
        Assert.Equal([0, 2, 6], empty.shape);
    }

    [Theory, MemberData(nameof(Schemas))]
    public unsafe void Operator_exists_with_the_schema_the_code_was_generated_from(string schema)
    {
        var full = schema[..schema.IndexOf('(', StringComparison.Ordinal)];
        var parts = full.Split('.', 2);
        var found = new Operator(parts[0], parts.Length > 1 ? parts[1] : "").Schema;

        if (Runtime.LibTorchVersion.StartsWith("1.13", StringComparison.Ordinal))
        {
            Assert.Equal(schema, found);
        }
        else
        {
            Assert.StartsWith(full, found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public unsafe void An_unknown_operator_is_named()
    {
        var error = Assert.Throws<TorchException>(() => new Operator("aten::no_such_thing", "").Schema);

        Assert.Contains("aten::no_such_thing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_up_has_tuned_the_libraries()
    {
        Assert.True(Runtime.Threads >= 1);
        if (System.Runtime.Intrinsics.X86.Avx512F.IsSupported && Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is null && Runtime.OpenBlasCore is { } core)
        {
            Assert.Equal("SkylakeX", core);
        }
    }

    [Fact]
    public void Threads_are_set_for_both_pools()
    {
        var before = Runtime.Threads;

        Runtime.Threads = 1;
        var one = Runtime.Threads;
        Runtime.Threads = before;

        Assert.Equal(1, one);
        Assert.Throws<ArgumentOutOfRangeException>(() => Runtime.Threads = 0);
    }

    private static IEnumerable<string> Exports(bool cLinkageOnly = false)
    {
        var library = Path.Combine(AppContext.BaseDirectory, "librobustvlm_torch.so");
        using var nm = Process.Start(new ProcessStartInfo("nm", ["-D", "--defined-only", library]) { RedirectStandardOutput = true })!;
        var lines = nm.StandardOutput.ReadToEnd().Split('\n');
        nm.WaitForExit();
        Assert.Equal(0, nm.ExitCode);
        return lines.Select(line => line.Split(' ')).Where(parts => parts is [_, "T", _]).Select(parts => parts[2])
            .Where(name => cLinkageOnly ? !name.StartsWith("_Z", StringComparison.Ordinal) && !name.StartsWith("_init", StringComparison.Ordinal) && !name.StartsWith("_fini", StringComparison.Ordinal) : name.StartsWith("rvt_", StringComparison.Ordinal));
    }
}
