using RobustVlm.Data.Chest;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>The stored numbers of attacks over all budgets, as table and as curve.</summary>
/// <param name="Record">The run.</param>
public sealed record AttackRun(RunRecord<AttackADiagnosisOptions> Record)
{
    internal const string AccuracyPrefix = "accuracy at ";

    /// <summary>Accuracy per attack and budget.</summary>
    public ResultTable Table => ResultTable.FromMeasurements(Record.Measurements.Where(m => m.Column.StartsWith(AccuracyPrefix, StringComparison.Ordinal))
            .Select(m => m with { Column = m.Column[AccuracyPrefix.Length..] }), "Attack")
        .WithCaption($"Share of {Record.Options.AttackedImages} held-out radiographs still diagnosed correctly, by budget (grey levels of 255), with 95 % intervals")
        .WithFootnotes([Record.Environment.ToString(), .. Record.Warnings]);

    /// <summary>Area under the ROC curve per class, clean and under PGD.</summary>
    public ResultTable AurocTable
    {
        get
        {
            var table = ResultTable.FromMeasurements(Record.Measurements.Where(m => !m.Column.StartsWith(AccuracyPrefix, StringComparison.Ordinal)), "Class")
                .WithCaption("Area under the ROC curve, one class against the rest (0.5 is guessing)");
            return table.Columns.Skip(1).Aggregate(table, (shown, column) => shown.WithDecimals(column.Name, 3));
        }
    }

    /// <summary>The table, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => Table.ToMimeBundle();

    /// <summary>Accuracy against budget.</summary>
    public LineChart PlotAccuracy()
    {
        var budgets = Record.Options.Budgets;
        var x = Enumerable.Range(0, budgets.Count + 1).Select(i => (double)i).ToArray();
        var attacks = Record.Measurements.Where(m => m.Column.StartsWith(AccuracyPrefix, StringComparison.Ordinal)).GroupBy(m => m.Row);
        return new LineChart
        {
            Title = "How little noise breaks the diagnosis",
            XTitle = "largest change of any pixel (grey levels of 255)",
            YTitle = "radiographs diagnosed correctly",
            PercentY = true,
            YRange = (0, 1),
            XScale = AxisScale.Categorical,
            Categories = ["0", .. budgets.Select(budget => budget.ToString(System.Globalization.CultureInfo.InvariantCulture))],
            Series = [.. attacks.Select(attack => new LineSeries(attack.Key, x, [.. attack.Select(m => m.Value)])
            {
                Low = [.. attack.Select(m => m.Low ?? m.Value)],
                High = [.. attack.Select(m => m.High ?? m.Value)],
                Dashed = attack.Key == AttackADiagnosisExperiment.NoiseName,
            })],
            References = [new ReferenceLine(1.0 / Findings.All.Count, $"guessing 1 of {Findings.All.Count}")],
        };
    }
}
