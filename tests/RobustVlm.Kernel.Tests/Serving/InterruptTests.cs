using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class InterruptTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Theory]
    [InlineData("while (true) KernelInvocationContext.Current.CancellationToken.ThrowIfCancellationRequested();")]
    [InlineData("System.Threading.Thread.Sleep(-1);")]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("await Task.Delay(-1, KernelInvocationContext.Current.CancellationToken);")]
    [InlineData("Task.Delay(-1).Wait();")]
    [InlineData("new System.Threading.ManualResetEventSlim().Wait();")]
    [InlineData("""
        var box = (System.Runtime.CompilerServices.StrongBox<bool>)AppContext.GetData("Notebook.Interrupted");
        while (true) if (System.Threading.Volatile.Read(ref box.Value)) throw new OperationCanceledException();
        """)]
    public async Task Stops_a_cell_that_would_not_end(string code)
    {
        var cell = await kernel.InterruptAsync("var kept = 1; Console.WriteLine(\"started\");\n" + code);
        var next = await kernel.RunAsync("1+1");

        Assert.Equal("error", cell.Status);
        Assert.Equal("OperationCanceledException", cell.Error["ename"]!.ToString());
        Assert.Contains("interrupted", cell.Error["evalue"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("2", next.Result);
    }

    [Fact]
    public async Task Keeps_the_variables_of_an_interrupted_cell()
    {
        await kernel.InterruptAsync("var survivor = 5; Console.WriteLine(\"started\"); System.Threading.Thread.Sleep(-1);");
        var next = await kernel.RunAsync("survivor");

        Assert.Equal("5", next.Result);
    }

    [Fact]
    public async Task Takes_back_the_flag_before_the_next_cell()
    {
        await kernel.InterruptAsync("Console.WriteLine(\"started\"); await Task.Delay(-1);");
        var next = await kernel.RunAsync("((System.Runtime.CompilerServices.StrongBox<bool>)AppContext.GetData(\"Notebook.Interrupted\")).Value");

        Assert.Equal("False", next.Result);
    }

    [Fact]
    public async Task Stops_a_cell_that_waits_for_input()
    {
        var cell = await kernel.RunAsync(
            "Console.WriteLine(\"started\"); Console.ReadLine();",
            content => content["allow_stdin"] = true,
            received =>
            {
                if (received.Message.Type == "input_request")
                {
                    kernel.Client.Send(KernelChannel.Control, "interrupt_request", []);
                }
            });

        Assert.Equal("OperationCanceledException", cell.Error["ename"]!.ToString());
    }

    [Fact]
    public async Task Does_nothing_when_no_cell_runs()
    {
        var reply = await kernel.RequestAsync(KernelChannel.Control, "interrupt_request", []);
        var next = await kernel.RunAsync("await Task.Delay(200); 3");

        Assert.Equal("ok", reply["status"]!.ToString());
        Assert.Equal("3", next.Result);
    }

    [Fact]
    public async Task Answers_questions_while_a_cell_runs()
    {
        var request = kernel.Send("Console.WriteLine(\"started\"); await Task.Delay(-1);");

        var info = await kernel.RequestAsync(KernelChannel.Shell, "kernel_info_request", []);
        var complete = await kernel.RequestAsync(KernelChannel.Shell, "is_complete_request", new() { ["code"] = "1+" });
        kernel.Client.Send(KernelChannel.Control, "interrupt_request", []);
        await kernel.CollectAsync(request);

        Assert.Equal("ok", info["status"]!.ToString());
        Assert.Equal("incomplete", complete["status"]!.ToString());
    }
}
