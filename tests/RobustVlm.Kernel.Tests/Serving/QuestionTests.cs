using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class QuestionTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Theory]
    [InlineData("var x = 1;", "complete")]
    [InlineData("#!time\n1+1", "complete")]
    [InlineData("if (true) {", "incomplete")]
    [InlineData("int F(", "incomplete")]
    [InlineData("var text = @\"a\nb", "incomplete")]
    [InlineData("var text = \"\"\"\na", "incomplete")]
    [InlineData("}", "invalid")]
    public async Task Judges_whether_a_cell_is_complete(string code, string expected)
    {
        var reply = await kernel.RequestAsync(KernelChannel.Shell, "is_complete_request", new JsonObject { ["code"] = code });

        Assert.Equal(expected, reply["status"]!.ToString());
    }

    [Theory]
    [InlineData("complete_request", "complete_reply")]
    [InlineData("inspect_request", "inspect_reply")]
    [InlineData("comm_info_request", "comm_info_reply")]
    [InlineData("history_request", "history_reply")]
    public async Task Answers_every_question_a_frontend_waits_for(string request, string reply)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var answer = await kernel.Client.RequestAsync(
            KernelChannel.Shell, request, new JsonObject { ["code"] = "Con", ["cursor_pos"] = 3 }, patience.Token);

        Assert.Equal(reply, answer.Type);
        Assert.Equal("ok", answer.Content["status"]!.ToString());
    }

    [Fact]
    public async Task Reports_busy_and_idle_for_a_message_it_does_not_know()
    {
        var request = kernel.Client.Send(KernelChannel.Shell, "telepathy_request", []);

        var states = new List<string>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (states.Count < 2)
        {
            var message = (await kernel.Client.Received.ReadAsync(patience.Token)).Message;
            if (message.ParentId == request.Id)
            {
                states.Add(message.Content["execution_state"]!.ToString());
            }
        }

        Assert.Equal(["busy", "idle"], states);
    }

    [Fact]
    public async Task Remembers_what_was_executed()
    {
        await kernel.RunAsync("var remembered = 1;");
        var reply = await kernel.RequestAsync(
            KernelChannel.Shell, "history_request", new JsonObject { ["hist_access_type"] = "search", ["pattern"] = "*remembered*", ["n"] = 10 });

        var entry = Assert.Single(reply["history"]!.AsArray());
        Assert.Equal("var remembered = 1;", entry![2]!.ToString());
    }
}
