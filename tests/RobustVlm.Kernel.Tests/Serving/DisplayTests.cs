using System.Text.Json.Nodes;
using Xunit;

namespace RobustVlm.Kernel.Tests.Serving;

public sealed class DisplayTests(TestKernel kernel) : IClassFixture<TestKernel>
{
    [Fact]
    public async Task Updates_a_display_in_place()
    {
        var cell = await kernel.RunAsync("var shown = display(\"before\"); shown.Update(\"after\");");
        var later = await kernel.RunAsync("shown.Update(\"much later\");");

        var display = cell.Of("display_data").Single();
        var update = cell.Of("update_display_data").Single();
        Assert.Equal("before", display["data"]!["text/plain"]!.ToString());
        Assert.Equal("after", update["data"]!["text/plain"]!.ToString());
        Assert.Equal(Id(display), Id(update));
        Assert.Equal(Id(display), Id(later.Of("update_display_data").Single()));
    }

    [Fact]
    public async Task Shows_an_object_that_brings_its_own_mime_bundle()
    {
        var cell = await kernel.RunAsync("""
            using System.Text.Json.Nodes;
            public class Chart
            {
                public IReadOnlyDictionary<string, object> ToMimeBundle() => new Dictionary<string, object>
                {
                    ["application/vnd.plotly.v1+json"] = new JsonObject { ["data"] = new JsonArray(1, 2), ["layout"] = new JsonObject() },
                    ["image/png"] = "iVBORw0KGgo=",
                };
                public IReadOnlyDictionary<string, object> ToMimeMetadata() => new Dictionary<string, object>
                {
                    ["image/png"] = new JsonObject { ["width"] = 640, ["height"] = 480 },
                };
                public override string ToString() => "a chart";
            }
            new Chart()
            """);

        var result = cell.Of("execute_result").Single();
        Assert.Equal("""{"data":[1,2],"layout":{}}""", result["data"]!["application/vnd.plotly.v1+json"]!.ToJsonString());
        Assert.Equal("iVBORw0KGgo=", result["data"]!["image/png"]!.ToString());
        Assert.Equal("a chart", result["data"]!["text/plain"]!.ToString());
        Assert.Equal(640, result["metadata"]!["image/png"]!["width"]!.GetValue<int>());
        Assert.Equal(3, result["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Shows_an_object_whose_author_wrote_a_text_by_that_text()
    {
        var own = await kernel.RunAsync("""
            public class Box { public int Width => 3; public int[] Numbers => new int[1000]; public override string ToString() => "a box of 3"; }
            new Box()
            """);
        var record = await kernel.RunAsync("public record Pair(int First, int Second); new Pair(1, 2)");

        Assert.Equal("a box of 3", own.Of("execute_result").Single()["data"]!["text/plain"]!.ToString());
        Assert.Null(own.Of("execute_result").Single()["data"]!["text/html"]);
        Assert.NotNull(record.Of("execute_result").Single()["data"]!["text/html"]);
    }

    [Fact]
    public async Task Shows_an_object_that_brings_its_own_html()
    {
        var cell = await kernel.RunAsync("""
            public class Card { public string ToHtml() => "<b>card</b>"; public override string ToString() => "card"; }
            new Card()
            """);

        var data = cell.Of("execute_result").Single()["data"]!;
        Assert.Equal("<b>card</b>", data["text/html"]!.ToString());
        Assert.Equal("card", data["text/plain"]!.ToString());
    }

    [Fact]
    public async Task Lets_a_library_show_and_update_without_knowing_the_kernel()
    {
        var cell = await kernel.RunAsync("""
            var show = (Action<object, string, bool>)AppContext.GetData("Notebook.Display");
            show("10 %", "progress", false);
            await Task.Run(() => show("100 %", "progress", true));
            """);

        var display = cell.Of("display_data").Single();
        var update = cell.Of("update_display_data").Single();
        Assert.Equal("progress", Id(display));
        Assert.Equal("progress", Id(update));
        Assert.Equal("100 %", update["data"]!["text/plain"]!.ToString());
    }

    [Fact]
    public async Task Shows_objects_with_text_beside_html_and_without_global_styles()
    {
        var cell = await kernel.RunAsync("new[] { new { Name = \"x\", Size = 1.5 } }");

        var data = cell.Of("execute_result").Single()["data"]!;
        Assert.Contains("<table", data["text/html"]!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("table td {", data["text/html"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("1.5", data["text/plain"]!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\r", data.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Honours_formatters_that_a_cell_registers()
    {
        var cell = await kernel.RunAsync("""
            public record Dose(double Amount);
            Formatter.Register<Dose>(dose => $"<i>{dose.Amount} mg</i>", "text/html");
            new Dose(2.5)
            """);

        Assert.Equal("<i>2.5 mg</i>", cell.Of("execute_result").Single()["data"]!["text/html"]!.ToString());
    }

    [Fact]
    public async Task Cuts_outputs_of_monstrous_size()
    {
        var cell = await kernel.RunAsync("Enumerable.Repeat(new string('x', 100_000), 10).ToList()");

        var json = cell.Of("execute_result").Single()["data"]!.ToJsonString();
        Assert.InRange(json.Length, 1000, 400_000);
        Assert.Contains("cut:", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goes_on_when_an_object_cannot_show_itself()
    {
        var cell = await kernel.RunAsync("""
            public class Broken { public string ToHtml() => throw new FormatException("no picture"); }
            new Broken()
            """);

        Assert.Equal("ok", cell.Status);
        Assert.Contains("no picture", cell.Stream("stderr"), StringComparison.Ordinal);
        Assert.Contains("Broken", cell.Result!, StringComparison.Ordinal);
    }

    private static string Id(JsonObject content) => content["transient"]!["display_id"]!.ToString();
}
