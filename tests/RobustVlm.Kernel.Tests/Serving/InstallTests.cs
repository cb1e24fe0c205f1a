using System.Diagnostics;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class InstallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernel-install-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Writes_what_frontends_look_for()
    {
        var (code, _) = await InstallAsync();

        var spec = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "kernels", "robustvlm-csharp", "kernel.json")))!;
        var arguments = spec["argv"]!.AsArray().Select(argument => argument!.ToString()).ToList();
        Assert.Equal(0, code);
        Assert.True(File.Exists(arguments[0]) && Path.IsPathRooted(arguments[0]));
        Assert.True(File.Exists(arguments[1]) && Path.IsPathRooted(arguments[1]));
        Assert.Equal(["serve", "{connection_file}"], arguments[2..]);
        Assert.Equal("message", spec["interrupt_mode"]!.ToString());
        Assert.Equal("C#", spec["language"]!.ToString());
        foreach (var size in new[] { 32, 64 })
        {
            var logo = await File.ReadAllBytesAsync(Path.Combine(_folder, "kernels", ".net-csharp", $"logo-{size}x{size}.png"));
            Assert.Equal(size, logo[19]);   // width in the PNG header
        }
    }

    [Fact]
    public async Task Leaves_the_kernel_of_another_program_alone()
    {
        var other = Directory.CreateDirectory(Path.Combine(_folder, "kernels", ".net-csharp")).FullName;
        await File.WriteAllTextAsync(Path.Combine(other, "kernel.json"), "{\"argv\":[\"dotnet-interactive\"]}");

        var (code, output) = await InstallAsync();

        Assert.Equal(0, code);
        Assert.Contains("left alone", output, StringComparison.Ordinal);
        Assert.Contains("dotnet-interactive", await File.ReadAllTextAsync(Path.Combine(other, "kernel.json")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "kernels", "robustvlm-csharp", "kernel.json")));
    }

    [Theory]
    [InlineData("--name", "a b")]
    [InlineData("--nonsense")]
    public async Task Refuses_a_wrong_command_line(params string[] arguments)
    {
        var (code, output) = await InstallAsync(arguments);

        Assert.Equal(2, code);
        Assert.Single(output.Trim().Split('\n'));
    }

    private async Task<(int Code, string Output)> InstallAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(KernelClient).Assembly.Location);
        start.ArgumentList.Add("install");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["JUPYTER_DATA_DIR"] = _folder;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
