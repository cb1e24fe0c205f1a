using System.Data;
using System.Globalization;
using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public sealed class ResultTableTests
{
    private static readonly Trial[] s_trials =
    [
        new("PGD", 8, 1, 0.10, 0.5f), new("PGD", 8, 2, 0.20, 0.25f), new("FGSM", 8, 1, 0.40, null),
        new("FGSM", 2, 1, 0.60, 1), new("PGD", 2, 1, 0.50, 2), new("PGD", 2, 2, null, 4),
    ];

    private static ResultTable Table => ResultTable.From(s_trials).AsPercent("Accuracy");

    [Fact]
    public void Columns_follow_the_records_public_properties()
    {
        Assert.Equal(["Attack", "Budget", "Seed", "Accuracy", "Seconds"], Table.Columns.Select(column => column.Name));
        Assert.Equal(
            [ColumnKind.Text, ColumnKind.Number, ColumnKind.Number, ColumnKind.Percent, ColumnKind.Number],
            Table.Columns.Select(column => column.Kind));
        Assert.Empty(ResultTable.From(Array.Empty<Trial>()).Rows);
        Assert.Equal("Value", ResultTable.From([1, 2]).Columns.Single().Name);
        Assert.Equal(["on", "off"], ResultTable.From([new { Text = "on" }, new { Text = "off" }])["Text"].Select(cell => cell.Text));
    }

    [Fact]
    public void Filters_by_text_and_number_and_leaves_the_original_alone()
    {
        var table = Table;

        var hard = table.Where(row => row["Attack"] == "PGD" && row["Accuracy"] < 0.3);

        Assert.Equal([0.1, 0.2], hard["Accuracy"].Select(cell => cell.Number));
        Assert.Equal(6, table.Rows.Count);
        Assert.Single(table.Where(row => row["Accuracy"].IsMissing).Rows);
        Assert.Single(table.Where(row => row["Accuracy"] == null).Rows);
        Assert.Equal(5, table.Where(row => row["Accuracy"] >= 0).Rows.Count);
    }

    [Fact]
    public void Sorts_stably_with_missing_cells_last_both_ways()
    {
        var up = Table.OrderBy("Accuracy");
        var down = Table.OrderBy("Accuracy", descending: true);
        var stable = Table.OrderBy("Attack");

        Assert.Equal(["0.1", "0.2", "0.4", "0.5", "0.6", ""], up["Accuracy"].Select(cell => cell.Text));
        Assert.Equal(["0.6", "0.5", "0.4", "0.2", "0.1", ""], down["Accuracy"].Select(cell => cell.Text));
        Assert.Equal([8, 2, 8, 8, 2, 2], stable["Budget"].Select(cell => cell.Number));
    }

    [Fact]
    public void Groups_as_computed_by_hand()
    {
        var groups = Table.GroupBy(
            "Attack",
            Aggregation.Count(),
            Aggregation.Mean("Accuracy"),
            Aggregation.StandardDeviation("Accuracy"),
            Aggregation.Median("Seconds", "Median"),
            Aggregation.Max("Seconds", "Slowest"),
            Aggregation.Min("Seconds", "Fastest"),
            Aggregation.Sum("Seconds", "Total"));

        Assert.Equal(["PGD", "FGSM"], groups["Attack"].Select(cell => cell.Text));
        Assert.Equal([4, 2], groups["Count"].Select(cell => cell.Number));
        Assert.Equal(0.8 / 3, groups[0, "Accuracy"].Number, 12);
        Assert.Equal(0.5, groups[1, "Accuracy"].Number, 12);
        Assert.Equal(Math.Sqrt((Square(0.1 - (0.8 / 3)) + Square(0.2 - (0.8 / 3)) + Square(0.5 - (0.8 / 3))) / 2), groups[0, "Accuracy sd"].Number, 12);
        Assert.Equal((0.5 + 2) / 2, groups[0, "Median"].Number);
        Assert.Equal([4, 1], groups["Slowest"].Select(cell => cell.Number));
        Assert.Equal([0.25, 1], groups["Fastest"].Select(cell => cell.Number));
        Assert.Equal([6.75, 1], groups["Total"].Select(cell => cell.Number));
        Assert.Equal(ColumnKind.Percent, groups.Columns.Single(column => column.Name == "Accuracy").Kind);
    }

    [Fact]
    public void Groups_by_several_columns_and_counts_by_default()
    {
        var groups = Table.GroupBy(["Attack", "Budget"]);

        Assert.Equal(["PGD 8 2", "FGSM 8 1", "FGSM 2 1", "PGD 2 2"], groups.Rows.Select(row => $"{row["Attack"]} {row["Budget"]} {row["Count"]}"));
    }

    [Fact]
    public void A_mean_with_interval_needs_no_numbers_to_stay_missing()
    {
        var groups = Table.Where(row => row["Accuracy"].IsMissing || row["Attack"] == "FGSM")
            .GroupBy("Attack", Aggregation.MeanInterval("Accuracy", seed: 1));

        var interval = Assert.IsType<Interval>(groups[0, "Accuracy"].Value);
        Assert.Equal((0.5, 0.4, 0.6, 2), (interval.Value, interval.Low, interval.High, interval.N));
        Assert.True(groups[1, "Accuracy"].IsMissing);
    }

    [Fact]
    public void Pivots_rows_into_columns()
    {
        var first = Table.Where(row => row["Seed"] == 1).Pivot("Attack", "Budget", "Accuracy");
        var means = Table.Pivot("Attack", "Budget", "Accuracy", Enumerable.Average);

        Assert.Equal(["Attack", "8", "2"], first.Columns.Select(column => column.Name));
        Assert.Equal([0.1, 0.5], new[] { first[0, "8"].Number, first[0, "2"].Number });
        Assert.Equal(0.15, means[0, "8"].Number, 12);
        Assert.Equal(
            "2 rows fall into the cell PGD / 8; say how to combine them, e.g. Enumerable.Average.",
            Assert.Throws<InvalidOperationException>(() => Table.Pivot("Attack", "Budget", "Accuracy")).Message);
        Assert.True(Table.Take(3).Pivot("Seed", "Attack", "Accuracy")[1, "FGSM"].IsMissing);
    }

    [Fact]
    public void Describes_every_column() => Snapshot.Match(Table.Describe().ToString());

    [Fact]
    public void Selects_renames_and_adds_columns()
    {
        var table = Table
            .Select("Accuracy", "Attack")
            .Rename("Accuracy", "Top-1")
            .AddColumn("Error", row => row["Top-1"].IsMissing ? null : 1 - row.Number("Top-1"))
            .AddColumn("Strong", row => row["Attack"] == "PGD");

        Assert.Equal(["Top-1", "Attack", "Error", "Strong"], table.Columns.Select(column => column.Name));
        Assert.Equal(0.9, table[0]["Error"].Number, 12);
        Assert.True(table[5, "Error"].IsMissing);
        Assert.Equal("yes", table[0].Text("Strong"));
    }

    [Fact]
    public void An_unknown_column_is_answered_with_the_columns_there_are()
    {
        const string sentence = "There is no column 'accuracy'; the columns are: Attack, Budget, Seed, Accuracy, Seconds.";

        Assert.Equal(sentence, Assert.Throws<KeyNotFoundException>(() => Table["accuracy"]).Message);
        Assert.Equal(sentence, Assert.Throws<KeyNotFoundException>(() => Table.OrderBy("accuracy")).Message);
        Assert.Equal(sentence, Assert.Throws<KeyNotFoundException>(() => Table.Where(row => row["accuracy"] > 0)).Message);
        Assert.Equal(sentence, Assert.Throws<KeyNotFoundException>(() => Table.GroupBy("Attack", Aggregation.Mean("accuracy"))).Message);
        Assert.Equal(sentence, Assert.Throws<KeyNotFoundException>(() => Table.Pivot("Attack", "Budget", "accuracy")).Message);
    }

    [Fact]
    public void Mixing_text_and_numbers_is_refused_with_a_sentence()
    {
        Assert.Equal(
            "'PGD' and '1' cannot be ordered: one is text, the other a number.",
            Assert.Throws<InvalidOperationException>(() => Table.Where(row => row["Attack"] > 1)).Message);
        Assert.Equal("This cell holds 'PGD', which is not a number.", Assert.Throws<InvalidOperationException>(() => Table[0].Number("Attack")).Message);
        Assert.Equal("The column 'Attack' holds text; only numbers can be aggregated.", Assert.Throws<ArgumentException>(() => Table.GroupBy("Seed", Aggregation.Mean("Attack"))).Message);
        Assert.Equal("A table cannot have two columns named 'Seed'; rename one.", Assert.Throws<ArgumentException>(() => Table.Rename("Budget", "Seed")).Message);
    }

    [Fact]
    public void Converts_to_a_DataTable_with_typed_columns()
    {
        var table = Table
            .AddColumn("Wilson", row => row["Accuracy"].IsMissing ? null : new Interval(row.Number("Accuracy"), 0, 1, 9))
            .ToDataTable();

        Assert.Equal(
            ["Attack", "Budget", "Seed", "Accuracy", "Seconds", "Wilson", "Wilson low", "Wilson high"],
            table.Columns.Cast<DataColumn>().Select(column => column.ColumnName));
        Assert.Equal(typeof(double), table.Columns["Accuracy"]!.DataType);
        Assert.Equal("Accuracy = 0.4", table.Select("Budget = 8 AND Attack = 'FGSM'").Select(row => FormattableString.Invariant($"Accuracy = {row["Accuracy"]}")).Single());
        Assert.Equal(DBNull.Value, table.Rows[5]["Wilson low"]);
    }

    [Fact]
    public void Measurements_become_rows_and_columns_beside_the_papers_numbers()
    {
        var table = ResultTable.FromMeasurements(
        [
            new Measurement("MeLo", "clean", 0.8125, 0.75, 0.86, 200, 0.83),
            new Measurement("MeLo", "seconds", 12.5, IsRate: false),
            new Measurement("LoRA", "clean", 0.79, Reported: 0.80),
            Measurement.Of("LoRA", "PGD-10", Statistics.Wilson(0, 10)),
        ]);

        Assert.Equal(["Method", "clean", "clean (paper)", "seconds", "PGD-10"], table.Columns.Select(column => column.Name));
        Snapshot.Match(table.ToString());
        Assert.Throws<ArgumentException>(() => ResultTable.FromMeasurements([new("a", "b", 1), new("a", "b", 2)]));
        Assert.Throws<ArgumentException>(() => ResultTable.FromMeasurements([new("a", "b", 1), new("c", "b", 2, IsRate: false)]));
    }

    [Fact]
    public void Prints_text_markdown_csv_and_html()
    {
        var table = ResultTable
            .From(
            [
                new { Name = "a, \"b\" | <c> & d", Loss = 1234.5678, Rate = 0.12345, Score = (Interval?)new Interval(0.5, 0.25, 0.75, 8), Ok = true },
                new { Name = "line\nbreak", Loss = double.NaN, Rate = -0.0001, Score = (Interval?)null, Ok = false },
                new { Name = "–", Loss = double.PositiveInfinity, Rate = 1.0, Score = (Interval?)new Interval(-1, -1.5, 2, 8), Ok = false },
            ])
            .AsPercent("Rate")
            .WithCaption("A <table>")
            .WithFootnotes("Warning: <b>", "seed 7");

        Snapshot.Match(string.Join("\n=====\n", table.ToString(), table.ToMarkdown(), table.ToCsv(), table.ToHtml()));
    }

    [Fact]
    public void Long_tables_say_how_many_rows_are_not_shown()
    {
        var bundle = ResultTable.From(Enumerable.Range(0, 1000)).ToMimeBundle();

        Assert.Equal(["text/html", "text/plain"], bundle.Keys);
        Assert.Contains("… 800 more rows", (string)bundle["text/html"], StringComparison.Ordinal);
        Assert.Contains("… 800 more rows", (string)bundle["text/plain"], StringComparison.Ordinal);
    }

    [Fact]
    public void Prints_the_same_under_a_culture_with_decimal_commas()
    {
        var expected = Table.ToCsv() + Table;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal(expected, Table.ToCsv() + Table);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static double Square(double value) => value * value;

    private sealed record Trial(string Attack, double Budget, int Seed, double? Accuracy, float? Seconds);
}
