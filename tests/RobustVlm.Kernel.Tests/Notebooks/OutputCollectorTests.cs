using System.Text.Json.Nodes;
using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

public class OutputCollectorTests
{
    private readonly OutputCollector _collector = new();
    private readonly NotebookCell _cell = Sample.Code("first");

    public OutputCollectorTests()
    {
        _collector.Begin(_cell);
    }

    [Fact]
    public void Joins_adjacent_streams_of_one_name()
    {
        Stream("stdout", "a");
        Stream("stdout", "b\n");
        Stream("stderr", "e");
        Stream("stdout", "c");

        Assert.Equal(["stdout:ab\n", "stderr:e", "stdout:c"], _cell.Outputs.Select(output => $"{output["name"]}:{output["text"]}"));
    }

    [Fact]
    public void A_display_between_streams_keeps_them_apart()
    {
        Stream("stdout", "a");
        Display("x", id: null);
        Stream("stdout", "b");

        Assert.Equal(["stream", "display_data", "stream"], Kinds(_cell));
    }

    [Fact]
    public void Update_changes_every_display_of_its_id_in_earlier_cells_too()
    {
        Display("old", "progress");
        Display("other", "else");
        var second = Sample.Code("second");
        _collector.Begin(second);
        Take("display_data", """{"data": {"text/plain": "old"}, "metadata": {}, "transient": {"display_id": "progress"}}""", second);

        Take("update_display_data", """{"data": {"text/plain": "new", "text/html": "<b>new</b>"}, "metadata": {"k": 1}, "transient": {"display_id": "progress"}}""", second);

        Assert.Equal(["new", "other"], _cell.Outputs.Select(Plain));
        Assert.Equal(["new"], second.Outputs.Select(Plain));
        Assert.Equal("<b>new</b>", (string?)_cell.Outputs[0]["data"]!["text/html"]);
        Assert.Equal(1, (int?)_cell.Outputs[0]["metadata"]!["k"]);
        Assert.Equal("display_data", (string?)_cell.Outputs[0]["output_type"]);
    }

    [Fact]
    public void Update_of_an_unknown_id_leaves_nothing()
    {
        Take("update_display_data", """{"data": {"text/plain": "new"}, "metadata": {}, "transient": {"display_id": "nobody"}}""");

        Assert.Empty(_cell.Outputs);
    }

    [Fact]
    public void Transient_parts_do_not_reach_the_notebook()
    {
        Display("x", "id-1");

        Assert.Equal(["output_type", "data", "metadata"], _cell.Outputs[0].Select(pair => pair.Key));
    }

    [Fact]
    public void Clear_removes_at_once_or_with_the_next_output()
    {
        Stream("stdout", "a");
        Take("clear_output", """{"wait": false}""");
        Assert.Empty(_cell.Outputs);

        Stream("stdout", "b");
        Take("clear_output", """{"wait": true}""");
        Assert.Single(_cell.Outputs);

        Stream("stdout", "c");
        Assert.Equal("c", (string?)Assert.Single(_cell.Outputs)["text"]);
    }

    [Fact]
    public void Late_text_of_an_earlier_cell_goes_to_that_cell()
    {
        var second = Sample.Code("second");
        _collector.Begin(second);

        Stream("stdout", "late");

        Assert.Single(_cell.Outputs);
        Assert.Empty(second.Outputs);
        Assert.Equal(string.Empty, _collector.LastLine);
    }

    [Fact]
    public void Result_carries_the_count_that_the_kernel_gave()
    {
        Take("execute_input", """{"code": "1", "execution_count": 4}""");
        Take("execute_result", """{"execution_count": 4, "data": {"text/plain": "1"}, "metadata": {}}""");

        Assert.Equal(4, _cell.ExecutionCount);
        Assert.Equal(4, (int?)_cell.Outputs[0]["execution_count"]);
    }

    [Fact]
    public void Error_loses_the_folders_of_source_files()
    {
        Take("error", """{"ename": "E", "evalue": "v", "traceback": ["  at A.B() in /home/some body/src/A.cs:line 7", "  at C in D:\\x\\C.cs:line 1"]}""");

        Assert.Equal(
            ["  at A.B() in A.cs:line 7", "  at C in C.cs:line 1"],
            _cell.Outputs[0]["traceback"]!.AsArray().Select(line => (string?)line));
    }

    [Fact]
    public void Failure_of_the_runner_takes_the_place_of_the_error_that_stopping_caused()
    {
        Stream("stdout", "kept");
        Take("error", """{"ename": "OperationCanceledException", "evalue": "", "traceback": []}""");

        _collector.Fail("Timeout", "too long", ["last words"]);

        Assert.Equal(["stream", "error"], Kinds(_cell));
        Assert.Equal("Timeout", (string?)_cell.Outputs[1]["ename"]);
        Assert.Equal("""["Timeout: too long","last words"]""", _cell.Outputs[1]["traceback"]!.ToJsonString());
    }

    [Theory]
    [InlineData("10%\r20%\r100%\n", "100%\n")]
    [InlineData("abcdef\rxy\n", "xycdef\n")]
    [InlineData("line\r\nnext", "line\nnext")]
    [InlineData("plain", "plain")]
    public void Overwritten_lines_keep_their_last_state(string written, string kept)
    {
        foreach (var letter in written)
        {
            Stream("stdout", letter.ToString());
        }

        _collector.End();

        Assert.Equal(kept, (string?)_cell.Outputs[0]["text"]);
    }

    [Fact]
    public void Last_line_follows_text_and_displays_without_colours()
    {
        Stream("stdout", "first\n\u001b[31msecond\u001b[0m\n\n");
        Assert.Equal("second", _collector.LastLine);

        Display("epoch 1/3", "p");
        Take("update_display_data", """{"data": {"text/plain": "epoch 2/3"}, "metadata": {}, "transient": {"display_id": "p"}}""");
        Assert.Equal("epoch 2/3", _collector.LastLine);
    }

    private static IEnumerable<string?> Kinds(NotebookCell cell) => cell.Outputs.Select(output => (string?)output["output_type"]);

    private static string? Plain(JsonObject output) => (string?)output["data"]!["text/plain"];

    private void Stream(string name, string text)
    {
        _collector.Take(_cell, "stream", new JsonObject { ["name"] = name, ["text"] = text });
    }

    private void Display(string text, string? id)
    {
        var transient = id is null ? "{}" : $$"""{"display_id": "{{id}}"}""";
        Take("display_data", $$"""{"data": {"text/plain": "{{text}}"}, "metadata": {}, "transient": {{transient}}}""");
    }

    private void Take(string type, string content, NotebookCell? cell = null)
    {
        _collector.Take(cell ?? _cell, type, Sample.Json(content));
    }
}
