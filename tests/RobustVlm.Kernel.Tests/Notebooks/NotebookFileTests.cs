using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

public class NotebookFileTests
{
    private const string _foreign = """
        {"nbformat": 4, "nbformat_minor": 2, "extra_top": [1.0, 1e-3],
         "metadata": {"zeta": {"b": 1, "a": null}, "kernelspec": {"name": ".net-csharp", "display_name": "x"}, "polyglot_notebook": {"kernelInfo": {"items": []}}},
         "cells": [
          {"cell_type": "markdown", "metadata": {"collapsed": false}, "source": ["# Tïtle 🫁\n", "tab\there \u001b \"quoted\" \\"],
           "attachments": {"a.png": {"image/png": "AAAA"}}},
          {"cell_type": "raw", "metadata": {"format": "text/x"}, "source": "raw"},
          {"cell_type": "code", "metadata": {"tags": ["x"], "vendor": {"deep": [true]}}, "execution_count": 3, "source": "1\r\n+ 1", "unknown": 7,
           "outputs": [
            {"output_type": "execute_result", "execution_count": 3, "metadata": {},
             "data": {"text/plain": ["2\n", "3"], "image/png": ["QUJD\n", "REVG"], "application/vnd.x+json": {"list": ["a", "b"]}}},
            {"output_type": "stream", "name": "stdout", "text": "one\ntwo"},
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["l1", "l2"]}]}]}
        """;

    [Fact]
    public void Keeps_what_it_does_not_know()
    {
        var written = JsonNode.Parse(NotebookFile.Parse(_foreign).ToJson())!;

        Assert.Equal("1.0", written["extra_top"]![0]!.ToJsonString());
        Assert.Equal("1e-3", written["extra_top"]![1]!.ToJsonString());
        Assert.Equal("""{"a":null,"b":1}""", written["metadata"]!["zeta"]!.ToJsonString());
        Assert.NotNull(written["metadata"]!["polyglot_notebook"]!["kernelInfo"]);
        Assert.Equal("AAAA", (string?)written["cells"]![0]!["attachments"]!["a.png"]!["image/png"]);
        Assert.Equal("text/x", (string?)written["cells"]![1]!["metadata"]!["format"]);
        Assert.Equal(7, (int?)written["cells"]![2]!["unknown"]);
        Assert.Equal("""{"deep":[true]}""", written["cells"]![2]!["metadata"]!["vendor"]!.ToJsonString());
        Assert.Equal("""["a","b"]""", written["cells"]![2]!["outputs"]![0]!["data"]!["application/vnd.x+json"]!["list"]!.ToJsonString());
    }

    [Fact]
    public void Second_save_is_the_same_byte_for_byte()
    {
        var first = NotebookFile.Parse(_foreign).ToJson();

        var second = NotebookFile.Parse(first).ToJson();

        Assert.Equal(first, second);
    }

    [Fact]
    public void Writes_format_4_5_with_lines_as_lists_and_unix_ends()
    {
        var text = NotebookFile.Parse(_foreign).ToJson();

        var code = JsonNode.Parse(text)!["cells"]![2]!;
        Assert.Equal(5, (int?)JsonNode.Parse(text)!["nbformat_minor"]);
        Assert.Equal("""["1\n","\u002B 1"]""", code["source"]!.ToJsonString());
        Assert.Equal("""["2\n","3"]""", code["outputs"]![0]!["data"]!["text/plain"]!.ToJsonString());
        Assert.Equal("QUJD\nREVG", (string?)code["outputs"]![0]!["data"]!["image/png"]);
        Assert.Equal("""["one\n","two"]""", code["outputs"]![1]!["text"]!.ToJsonString());
        Assert.StartsWith("{\n \"cells\": [\n  {\n", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.Contains("Tïtle 🫁", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Gives_missing_and_doubled_ids_stable_new_ones()
    {
        const string json = """
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
             {"cell_type": "markdown", "metadata": {}, "source": "same", "id": "kept"},
             {"cell_type": "markdown", "metadata": {}, "source": "same", "id": "kept"},
             {"cell_type": "markdown", "metadata": {}, "source": "same"},
             {"cell_type": "markdown", "metadata": {}, "source": "same", "id": "not valid!"}]}
            """;

        var ids = NotebookFile.Parse(json).Cells.Select(cell => cell.Id).ToList();

        Assert.Equal("kept", ids[0]);
        Assert.Equal(4, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[A-Za-z0-9_-]{1,64}$", id));
        Assert.Equal(ids, NotebookFile.Parse(json).Cells.Select(cell => cell.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n")]
    [InlineData("not json")]
    [InlineData("{\"cells\": [")]
    [InlineData("<<<<<<< HEAD\n{}")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"nbformat": 4}""")]
    [InlineData("""{"nbformat": "4", "cells": []}""")]
    [InlineData("""{"nbformat": 3, "worksheets": []}""")]
    [InlineData("""{"nbformat": 4, "cells": [1]}""")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "odd", "source": ""}]}""")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code"}]}""")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}""")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [null]}]}""")]
    [InlineData("""{"nbformat": 4, "cells": [], "cells": []}""")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "raw", "source": "\ud800"}]}""")]
    public void Refuses_what_is_no_notebook_in_one_sentence(string text)
    {
        var error = Assert.Throws<NotebookException>(() => NotebookFile.Parse(text, "some.ipynb"));

        Assert.Contains("some.ipynb", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Matches(@"[^.]\.$", error.Message);
    }

    [Fact]
    public void Refuses_every_cut_off_copy()
    {
        var whole = NotebookFile.Parse(_foreign).ToJson();

        for (var length = 0; length < whole.Length - 2; length += 7)
        {
            Assert.Throws<NotebookException>(() => NotebookFile.Parse(whole[..length]));
        }
    }

    [Fact]
    public void Refuses_a_file_that_is_missing_or_not_text()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllBytes(scratch.File("binary.ipynb"), [0xff, 0xfe, 0x00, 0xd8]);

        var missing = Assert.Throws<NotebookException>(() => NotebookFile.Load(scratch.File("none.ipynb")));
        var binary = Assert.Throws<NotebookException>(() => NotebookFile.Load(scratch.File("binary.ipynb")));

        Assert.Contains("no notebook at", missing.Message, StringComparison.Ordinal);
        Assert.Contains("not a notebook", binary.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_file_with_a_byte_order_mark()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("mark.ipynb"), _foreign, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        var notebook = NotebookFile.Load(scratch.File("mark.ipynb"));

        Assert.Equal(3, notebook.Cells.Count);
    }

    [Fact]
    public void Saving_keeps_links_and_rights_and_leaves_no_other_file()
    {
        using var scratch = new ScratchFolder();
        scratch.Write("real.ipynb", "old");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(scratch.File("real.ipynb"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.CreateSymbolicLink(scratch.File("link.ipynb"), scratch.File("real.ipynb"));

        Sample.Notebook(Sample.Code("1")).Save(scratch.File("link.ipynb"));

        Assert.NotNull(new FileInfo(scratch.File("link.ipynb")).LinkTarget);
        Assert.Single(NotebookFile.Load(scratch.File("real.ipynb")).Cells);
        Assert.Equal(2, Directory.GetFileSystemEntries(scratch.Folder).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scratch.File("real.ipynb")));
        }
    }

    [Fact]
    public void Saving_into_a_folder_that_is_not_there_says_so()
    {
        using var scratch = new ScratchFolder();

        var error = Assert.Throws<NotebookException>(() => Sample.Notebook().Save(scratch.File("none/a.ipynb")));

        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Jupyter_accepts_the_file_and_writes_it_the_same_way()
    {
        const string python = "/usr/bin/python3";
        const string script = """
            import nbformat, sys
            book = nbformat.read(sys.argv[1], as_version=4)
            nbformat.validate(book)
            nbformat.write(book, sys.argv[2])
            """;
        Skip.IfNot(File.Exists(python) && Run(python, "-c", "import nbformat") == 0, "Python's nbformat is not installed.");
        using var scratch = new ScratchFolder();
        var notebook = NotebookFile.Parse(_foreign.Replace(", \"unknown\": 7", string.Empty, StringComparison.Ordinal)
            .Replace("\"extra_top\": [1.0, 1e-3],", string.Empty, StringComparison.Ordinal));
        notebook.Save(scratch.File("ours.ipynb"));

        var code = Run(python, "-c", script, scratch.File("ours.ipynb"), scratch.File("theirs.ipynb"));

        Assert.Equal(0, code);
        Assert.Equal(File.ReadAllText(scratch.File("ours.ipynb")), File.ReadAllText(scratch.File("theirs.ipynb")));
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
