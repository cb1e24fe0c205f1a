using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class ReferenceTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Theory]
    [InlineData("beside", "")]
    [InlineData("below", "native")]
    public async Task Finds_managed_and_native_dependencies_of_a_referenced_dll(string name, string nativeFolder)
    {
        var folder = Directory.CreateDirectory(Path.Combine(kernel.Folder, name)).FullName;
        Compile($"{name}Helper", $"public static class {name}Helper {{ public static int Three() => 3; }}", folder);
        Compile(name, $$"""
            using System.Runtime.InteropServices;
            public static class {{name}}
            {
                [DllImport("{{name}}_native")] private static extern void zmq_version(out int major, out int minor, out int patch);
                public static int Helped() => {{name}}Helper.Three();
                public static int Native() { zmq_version(out var major, out _, out _); return major; }
            }
            """, folder, Path.Combine(folder, $"{name}Helper.dll"));
        CopyZmqAs(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, nativeFolder)).FullName, $"lib{name}_native.so"));

        var cell = await kernel.RunAsync($"#r \"{name}/{name}.dll\"\n({name}.Helped(), {name}.Native())");

        Assert.Equal("ok", cell.Status);
        Assert.Contains("3", cell.Result, StringComparison.Ordinal);
        Assert.Contains("4", cell.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_so_when_a_referenced_dll_was_built_anew()
    {
        Compile("Rebuilt", "public class Rebuilt { }", kernel.Folder);
        await kernel.RunAsync("#r \"Rebuilt.dll\"\ntypeof(Rebuilt).Name");
        File.SetLastWriteTimeUtc(Path.Combine(kernel.Folder, "Rebuilt.dll"), DateTime.UtcNow.AddMinutes(1));

        var cell = await kernel.RunAsync("#r \"Rebuilt.dll\"\ntypeof(Rebuilt).Name");

        Assert.Contains("restart the kernel", cell.Stream("stderr"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_a_missing_dll()
    {
        var cell = await kernel.RunAsync("#r \"nowhere/Missing.dll\"");

        Assert.Equal("CompilationError", cell.Error["ename"]!.ToString());
        Assert.Contains("Missing.dll", cell.Error["evalue"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offers_the_everyday_parts_of_the_framework_without_references()
    {
        var cell = await kernel.RunAsync("""
            using System.Text.Json; using System.Net.Http; using System.Numerics; using System.Data; using System.Text.RegularExpressions;
            dynamic five = 5;
            var table = new DataTable();
            JsonSerializer.Serialize(new { A = (int)five, B = new Vector3(1).X, C = BigInteger.One.ToString(), D = Regex.IsMatch("a", "a") })
            """);

        Assert.Equal("""{"A":5,"B":1,"C":"1","D":true}""", cell.Result);
    }

    private static void Compile(string name, string code, string folder, params string[] references)
    {
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Runtime.dll" or "System.Private.CoreLib.dll" or "System.Runtime.InteropServices.dll");
        var result = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(code)],
            framework.Concat(references).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).Emit(Path.Combine(folder, name + ".dll"));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }

    // Any native library will do; this one is certain to be there.
    private static void CopyZmqAs(string path)
    {
        using var context = new ZmqContext();
        var source = Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .First(module => module.FileName.Contains("libzmq", StringComparison.Ordinal)).FileName;
        File.Copy(source, path);
        NativeLibrary.Free(NativeLibrary.Load(path));
    }
}
