using System.Text.Json.Nodes;
using RobustVlm.Kernel.Notebooks;

namespace RobustVlm.Kernel.Tests.Notebooks.Html;

/// <summary>A notebook with one of everything that a page shows.</summary>
internal static class PageSample
{
    // A picture of one grey pixel.
    private const string _picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

    public const int FigureCount = 3;

    public static NotebookFile Create()
    {
        var chart = Sample.Code("run.PlotAccuracyAgainstEpsilon()");
        chart.ExecutionCount = 2;
        chart.Outputs.Add(Chart("""{"data": [{"type": "scatter", "x": [0, 1, 2, 4, 8], "y": [0.81, 0.52, 0.3, 0.12, 0.02], "error_y": {"type": "data", "array": [0.02, 0.03, 0.03, 0.02, 0.01]}, "name": "PGD-20"}], "layout": {"title": {"text": "Accuracy under PGD </script>"}, "xaxis": {"title": {"text": "ε · 255"}}, "width": 700, "height": 380}}"""));
        chart.Outputs.Add(Chart("""{"data": [{"type": "heatmap", "z": [[1, 2], [3, 4]]}], "layout": {"height": 300}}"""));
        chart.Outputs.Add(Chart("""{"data": [{"type": "bar", "x": ["clean", "attacked"], "y": [81, 2]}], "layout": {"height": 300}}"""));
        var table = Sample.Code("#r \"../src/Some.dll\"\nusing RobustVlm.Experiments;\n\nvar lab = Lab.Open(seed: 7); // reads the scale\nrun.Table");
        table.ExecutionCount = 1;
        table.Outputs.Add(Sample.Json("""{"output_type": "stream", "name": "stdout", "text": "epoch 1/3  loss 1.94\nepoch 2/3  loss \u001b[32m1.21\u001b[0m\nepoch 3/3  loss 0.87\n"}"""));
        table.Outputs.Add(Sample.Display(("text/html", "<table><thead><tr><th>attack</th><th>ε·255</th><th>clean</th><th>attacked</th></tr></thead><tbody><tr><td>FGSM</td><td>8</td><td>81.2 %</td><td>24.0 %</td></tr><tr><td>PGD-20</td><td>8</td><td>81.2 %</td><td>2.1 %</td></tr><tr><td>PGD-100</td><td>16</td><td>81.2 %</td><td>0.0 %</td></tr></tbody></table>")));
        var failing = Sample.Code("int[] a = [1];\na[3]");
        failing.ExecutionCount = 3;
        failing.Outputs.Add(Sample.Json("""{"output_type": "stream", "name": "stderr", "text": "warning: only one site\n"}"""));
        failing.Outputs.Add(Sample.Json("""{"output_type": "error", "ename": "IndexOutOfRangeException", "evalue": "Index was outside the bounds of the array.", "traceback": ["\u001b[1;31mIndexOutOfRangeException\u001b[0m: Index was outside the bounds of the array.", "  In[3]:line 2", "\u001b[33m    a[3]\u001b[0m"]}"""));
        return Sample.Notebook(
            Sample.Markdown("# Attacking a diagnosis\n\nA vision-language model compares a scan $x$ with a prompt. The attack looks for\n\n$$\n\\max_{\\lVert \\delta \\rVert_\\infty \\le \\epsilon} \\mathcal{L}\\bigl(f(x+\\delta), y\\bigr)\n$$\n\nYou will learn\n\n- what a **zero-shot** diagnosis is,\n- how little noise breaks it.\n\n> All numbers come from made pictures."),
            Sample.Markdown("## Open the lab"),
            table,
            Sample.Markdown("## Accuracy against budget\n\nThe paper's numbers beside ours:\n\n| method | paper | ours |\n|---|---|---|\n| FGSM | 22.1 | 24.0 |\n| PGD | 1.9 | 2.1 |\n\n```csharp\nvar attack = new Pgd(steps: 20); // in words\n```"),
            chart,
            Sample.Markdown("## When a cell fails\n\n### Errors\n\nText.\n\n## Limits\n\n## Try it yourself\n\n## Next\n\nGo on with [the next notebook](02-next.ipynb) or <https://example.org>."),
            failing);
    }

    private static JsonObject Chart(string figure)
    {
        return Sample.Display(("application/vnd.plotly.v1+json", figure), ("image/png", _picture), ("text/plain", "Accuracy against budget"));
    }
}
