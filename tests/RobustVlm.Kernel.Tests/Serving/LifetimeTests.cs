using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class LifetimeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answers_a_shutdown_and_ends(bool busy)
    {
        var kernel = new TestKernel();
        await kernel.InitializeAsync();
        if (busy)
        {
            kernel.Send("while (true) { }");
            await Task.Delay(2000);
        }

        var reply = await kernel.RequestAsync(KernelChannel.Control, "shutdown_request", new JsonObject { ["restart"] = true });
        await kernel.WaitForExitAsync();

        Assert.True(reply["restart"]!.GetValue<bool>());
        Assert.Equal(0, kernel.Process.ExitCode);
        await kernel.DisposeAsync();
    }

    [SkippableFact]
    public async Task Ends_when_its_parent_is_gone()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs the sleep command");
        using var parent = Process.Start("sleep", "600");
        var kernel = new TestKernel();
        await kernel.StartAsync(parent.Id);

        parent.Kill();
        await kernel.WaitForExitAsync();

        Assert.Equal(0, kernel.Process.ExitCode);
        await kernel.DisposeAsync();
    }

    [SkippableFact]
    public async Task Takes_sigint_as_an_interrupt_and_lives()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs the kill command");
        var kernel = new TestKernel();
        await kernel.InitializeAsync();

        void Signal() => Process.Start("kill", ["-INT", kernel.Process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        var cell = await kernel.RunAsync("Console.WriteLine(\"started\"); await Task.Delay(-1);", during: received =>
        {
            if (received.Message.Type == "stream")
            {
                Signal();
            }
        });
        Signal();
        await Task.Delay(300);   // a signal takes its time and must not meet the next cell
        var next = await kernel.RunAsync("1");

        Assert.Equal("OperationCanceledException", cell.Error["ename"]!.ToString());
        Assert.Equal("1", next.Result);
        await kernel.DisposeAsync();
    }

    [Fact]
    public async Task Runs_a_cell_that_arrives_before_the_compiler_is_loaded()
    {
        var kernel = new TestKernel();
        await kernel.InitializeAsync();

        var cell = await kernel.RunAsync("display(\"early\"); new { A = 1 }");

        Assert.Equal("early", cell.Of("display_data").Single()["data"]!["text/plain"]!.ToString());
        Assert.NotNull(cell.Result);
        await kernel.DisposeAsync();
    }

    [Fact]
    public async Task Drops_messages_with_a_wrong_signature()
    {
        var kernel = new TestKernel();
        await kernel.InitializeAsync();
        using var stranger = new KernelClient(kernel.Connection with { Key = "not the key" });

        stranger.Send(KernelChannel.Shell, "execute_request", new JsonObject { ["code"] = "System.IO.File.WriteAllText(\"intruder\", \"\")" });
        await Task.Delay(500);
        var cell = await kernel.RunAsync("System.IO.File.Exists(\"intruder\")");

        Assert.Equal("False", cell.Result);
        Assert.Contains("wrong signature", kernel.Log, StringComparison.Ordinal);
        await kernel.DisposeAsync();
    }

    [Theory]
    [InlineData("new System.Threading.Thread(() => throw new FormatException(\"last words\")).Start(); await Task.Delay(-1);")]
    [InlineData("Environment.FailFast(\"last words\");")]
    public async Task Tells_in_its_log_why_it_died(string code)
    {
        var kernel = new TestKernel();
        await kernel.InitializeAsync();

        kernel.Send(code);
        await kernel.WaitForExitAsync();
        kernel.Process.WaitForExit();

        Assert.Contains("last words", kernel.Log, StringComparison.Ordinal);
        await kernel.DisposeAsync();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Does_not_grow_with_the_number_of_cells()
    {
        var kernel = new TestKernel();
        await kernel.InitializeAsync();
        const string Cell = "var total = Enumerable.Range(0, 10).Select(x => x * 2.0).Sum(); Console.WriteLine(total);";
        async Task<long> MemoryAfter(int cells)
        {
            for (var index = 0; index < cells; index++)
            {
                await kernel.RunAsync(Cell);
            }

            kernel.Process.Refresh();
            return kernel.Process.WorkingSet64;
        }

        var early = await MemoryAfter(50);
        var late = await MemoryAfter(300);

        // With the compiler's own resolver this is 1.3 GB.
        Assert.InRange(late - early, long.MinValue, 200L * 1024 * 1024);
        await kernel.DisposeAsync();
    }
}
