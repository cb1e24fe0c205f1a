using System.Globalization;
using System.Text;

namespace RobustVlm.Benchmarks.Running;

/// <summary>The table on the screen.</summary>
internal static class BenchTable
{
    private static readonly string[] Header = ["figure", "unit", "ours", "C++/peak", "Python", "tuned", "ratio", "goal", ""];

    public static string Render(IReadOnlyList<FigureResult> results, Conditions conditions)
    {
        List<string[]> rows = [Header, .. results.Select(Row)];
        var widths = Enumerable.Range(0, Header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            // Numbers to the right, words to the left.
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column is >= 2 and <= 5 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
            if (row == Header)
            {
                text.AppendLine(new string('-', widths.Sum() + (2 * (widths.Length - 1))));
            }
        }

        var facts = conditions.Facts;
        text.AppendLine();
        foreach (var complaint in results.SelectMany(result => result.Complaints).Distinct())
        {
            text.AppendLine(complaint);
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {conditions.Repeats} rounds; a sample is the fastest of many batches (memory and start-up: one process each).");
        text.AppendLine(CultureInfo.InvariantCulture, $"{Facts.Processor}; {facts.Threads} threads; libtorch {facts.LibTorch}; .NET {facts.Runtime}; OpenBLAS core {facts.OpenBlasCore ?? "none"}; load {conditions.LoadBefore:0.0} before, {conditions.LoadAfter:0.0} after.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Ours, C++ and tuned Python ran with {string.Join(" ", facts.Variables.Select(pair => $"{pair.Key}={pair.Value}"))}; Python with nothing set.");
        var judged = results.Where(result => result.Verdict.Length > 0).ToList();
        text.AppendLine(CultureInfo.InvariantCulture, $"{judged.Count(result => result.IsMet == true)} of {judged.Count} goals met.");
        return text.ToString();
    }

    private static string[] Row(FigureResult result)
    {
        var (unit, medians) = (result.Figure.Unit, result.Medians);
        return
        [
            result.Figure.Name, unit.Name, unit.Show(medians.Ours), unit.Show(medians.Cpp), Python(medians.Python), Python(medians.Tuned),
            result.Ratio, result.Figure.Goal.Text, result.Verdict,
        ];

        string Python(double? value) => value is null && result.Figure.NeedsReference ? "not measured" : unit.Show(value);
    }
}
