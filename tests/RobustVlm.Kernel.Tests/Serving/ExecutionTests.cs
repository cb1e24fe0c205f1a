using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class ExecutionTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Fact]
    public void Introduces_itself_as_csharp()
    {
        var info = kernel.Ready.Content;

        Assert.Equal("ok", info["status"]!.ToString());
        Assert.Equal("C#", info["language_info"]!["name"]!.ToString());
        Assert.Equal(".cs", info["language_info"]!["file_extension"]!.ToString());
        Assert.StartsWith("5.", info["protocol_version"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_the_value_of_the_last_expression()
    {
        var cell = await kernel.RunAsync("1+1");

        Assert.Equal("ok", cell.Status);
        Assert.Equal("2", cell.Result);
        Assert.Equal(["status", "execute_input", "execute_result", "status"], cell.Outputs.Select(message => message.Type));
    }

    [Fact]
    public async Task Shows_nothing_for_a_call_without_value_but_null_for_null()
    {
        var call = await kernel.RunAsync("Console.Write(\"\")");
        var nothing = await kernel.RunAsync("(string)null");

        Assert.Null(call.Result);
        Assert.Equal("<null>", nothing.Result);
    }

    [Fact]
    public async Task Keeps_streams_and_displays_in_the_order_they_were_made()
    {
        var cell = await kernel.RunAsync("""
            Console.WriteLine("one");
            Console.Error.WriteLine("two");
            "three".Display();
            Console.Write("four");
            5
            """);

        var seen = cell.Outputs.Select(message => message.Type switch
        {
            "stream" => $"{message.Content["name"]}:{message.Content["text"]}",
            "display_data" or "execute_result" => message.Content["data"]!["text/plain"]!.ToString(),
            _ => null,
        }).OfType<string>();
        Assert.Equal(["stdout:one\n", "stderr:two\n", "three", "stdout:four", "5"], seen);
    }

    [Fact]
    public async Task Delivers_twenty_thousand_lines_in_few_messages()
    {
        var cell = await kernel.RunAsync("for (var i = 0; i < 20_000; i++) Console.WriteLine(i);");

        var lines = cell.Stream("stdout").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 20_000).Select(number => $"{number}"), lines);
        Assert.True(cell.Outputs.Count < 500, $"{cell.Outputs.Count} messages");
    }

    [Fact]
    public async Task Cuts_a_cell_that_prints_without_end()
    {
        var cell = await kernel.RunAsync("for (var i = 0; i < 400_000; i++) Console.WriteLine(\"0123456789\");");

        Assert.Equal("ok", cell.Status);
        Assert.InRange(cell.Stream("stdout").Length, 1_000_000, 1_200_000);
        Assert.Contains("cut: this cell has printed more than", cell.Stream("stderr"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Catches_what_native_code_prints()
    {
        var cell = await kernel.RunAsync("""
            [System.Runtime.InteropServices.DllImport("libc")] static extern int puts(string text);
            [System.Runtime.InteropServices.DllImport("libc")] static extern int dprintf(int descriptor, string text);
            puts("from the C library");
            dprintf(2, "a native warning\n");
            """);

        Assert.Equal("from the C library\n", cell.Stream("stdout"));
        Assert.Equal("a native warning\n", cell.Stream("stderr"));
    }

    [Fact]
    public async Task Survives_text_that_is_no_valid_unicode()
    {
        var cell = await kernel.RunAsync("""Console.Write("a\ud800b"); "x\udc00" """);

        Assert.Equal("ok", cell.Status);
        Assert.StartsWith("a", cell.Stream("stdout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Carries_variables_types_and_awaits_from_cell_to_cell()
    {
        await kernel.RunAsync("record Point(int X, int Y); var point = new Point(1, 2); int Twice(int x) => 2 * x;");
        var cell = await kernel.RunAsync("await Task.Delay(5); Twice((point with { Y = 20 }).Y)");

        Assert.Equal("40", cell.Result);
    }

    [Fact]
    public async Task Does_not_wait_for_itself_when_a_cell_blocks_on_a_task()
    {
        var cell = await kernel.RunAsync("""
            async Task<int> Later() { await Task.Delay(20); await Task.Yield(); return 7; }
            Later().Result + Later().GetAwaiter().GetResult()
            """);

        Assert.Equal("14", cell.Result);
    }

    [Fact]
    public async Task Counts_only_stored_cells_and_hides_silent_ones()
    {
        var before = await kernel.RunAsync("1");
        var silent = await kernel.RunAsync("Console.WriteLine(1); 2", content => content["silent"] = true);
        var unstored = await kernel.RunAsync("3", content => content["store_history"] = false);
        var after = await kernel.RunAsync("4");

        var count = before.Reply["execution_count"]!.GetValue<int>();
        Assert.Equal(["status", "status"], silent.Outputs.Select(message => message.Type));
        Assert.Equal(count, unstored.Reply["execution_count"]!.GetValue<int>());
        Assert.Equal(count + 1, after.Reply["execution_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Evaluates_user_expressions_without_failing_on_a_wrong_one()
    {
        var cell = await kernel.RunAsync("var amount = 20;", content => content["user_expressions"] = new JsonObject
        {
            ["good"] = "amount + 1",
            ["bad"] = "nowhere",
        });

        Assert.Equal("ok", cell.Status);
        Assert.Equal("21", cell.Reply["user_expressions"]!["good"]!["data"]!["text/plain"]!.ToString());
        Assert.Equal("error", cell.Reply["user_expressions"]!["bad"]!["status"]!.ToString());
    }

    [Fact]
    public async Task Aborts_the_cells_that_wait_behind_a_failing_one()
    {
        var failing = kernel.Send("System.Threading.Thread.Sleep(300); throw new Exception(\"first\");");
        var waiting = kernel.Send("System.IO.File.WriteAllText(\"ran\", \"\");");

        var first = await kernel.CollectAsync(failing);
        var second = await kernel.CollectAsync(waiting);

        Assert.Equal("error", first.Status);
        Assert.Equal("aborted", second.Status);
        Assert.False(File.Exists(Path.Combine(kernel.Folder, "ran")));
    }

    [Fact]
    public async Task Runs_on_behind_a_failing_cell_when_asked_to()
    {
        var failing = kernel.Send("System.Threading.Thread.Sleep(300); throw new Exception(\"first\");", content => content["stop_on_error"] = false);
        var waiting = kernel.Send("\"still here\"");

        await kernel.CollectAsync(failing);
        var second = await kernel.CollectAsync(waiting);

        Assert.Equal("still here", second.Result);
    }

    [Fact]
    public async Task Asks_the_frontend_for_input()
    {
        var cell = await kernel.RunAsync(
            "var name = await GetInputAsync(\"Who? \"); name + Console.ReadLine()",
            content => content["allow_stdin"] = true,
            received =>
            {
                if (received.Message.Type == "input_request")
                {
                    var prompt = received.Message.Content["prompt"]!.ToString();
                    kernel.Client.Send(KernelChannel.Stdin, "input_reply", new JsonObject { ["value"] = prompt + "me" }, parent: received.Message);
                }
            });

        Assert.Equal("Who? meme", cell.Result);
    }

    [Fact]
    public async Task Refuses_input_when_nobody_can_answer()
    {
        var cell = await kernel.RunAsync("Console.ReadLine()");

        Assert.Equal("error", cell.Status);
        Assert.Contains("anybody to answer", cell.Error["evalue"]!.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Frees_what_a_new_variable_of_the_same_name_hides()
    {
        await kernel.RunAsync("var watch = new List<WeakReference>();");
        for (var run = 0; run < 4; run++)
        {
            await kernel.RunAsync("var big = new byte[50_000_000]; watch.Add(new WeakReference(big));");
        }

        var cell = await kernel.RunAsync("GC.Collect(); GC.WaitForPendingFinalizers(); GC.Collect(); watch.Count(item => item.IsAlive)");
        var value = await kernel.RunAsync("big.Length");

        Assert.InRange(int.Parse(cell.Result!, System.Globalization.CultureInfo.InvariantCulture), 1, 2);
        Assert.Equal("50000000", value.Result);
    }

    [Fact]
    public async Task Keeps_a_hidden_variable_that_a_lambda_still_uses()
    {
        await kernel.RunAsync("var words = new List<string> { \"a\" }; Func<int> countWords = () => words.Count;");
        await kernel.RunAsync("var words = \"other\";");
        var cell = await kernel.RunAsync("countWords()");

        Assert.Equal("1", cell.Result);
    }

    [Fact]
    public async Task Runs_a_cell_that_is_sent_as_soon_as_a_failure_is_known()
    {
        // Busy cores make it likely that the kernel is held up at any point, also right after its reply.
        using var done = new CancellationTokenSource();
        var busy = Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    Thread.SpinWait(1000);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                Message? next = null;
                var failed = await kernel.RunAsync("throw new Exception();", during: received =>
                {
                    if (received.Message.Type == "execute_reply")
                    {
                        next = kernel.Send("1+1");
                    }
                });
                var after = await kernel.CollectAsync(next!);   // a cell always gets its reply

                Assert.Equal("error", failed.Status);
                Assert.Equal("2", after.Result);
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(busy);
        }
    }
}
