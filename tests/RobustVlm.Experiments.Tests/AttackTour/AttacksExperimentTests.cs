using RobustVlm.Attacks;
using RobustVlm.Experiments.AttackTour;
using RobustVlm.Experiments.Plots;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.AttackTour;

public sealed class AttacksExperimentTests : IDisposable
{
    private readonly AttacksExperiment _experiment = new(Lab.Open(Scale.Smoke, 11), AttacksOptions.For(Scale.Smoke) with { World = "blood", Pairs = 4 });
    private readonly Victim _victim;

    public AttacksExperimentTests() => _victim = _experiment.LoadVictim();

    public void Dispose() => _victim.Dispose();

    [Theory]
    [InlineData(AttackEffort.Trial)]
    [InlineData(AttackEffort.Mini)]
    [InlineData(AttackEffort.Published)]
    public void Every_attack_of_the_catalogue_is_shown_once(AttackEffort effort)
    {
        var suite = AttackSuite.For(4, effort);

        Assert.Equal(AttackCatalog.All.Keys.Order(), suite.Select(attack => attack.GetType().Name).Order());
        Assert.Equal(nameof(Fgsm), suite[0].GetType().Name);
    }

    [Fact]
    public void Each_attack_has_its_row_of_pictures_in_both_norms()
    {
        var grid = _experiment.ShowAttacks(_victim);

        Assert.Equal(AttackCatalog.All.Count, grid.Rows.Count);
        Assert.All(grid.Rows, row => Assert.Equal(4, row.Cells.Count));
        Assert.Equal(2, grid.Rows.Single(row => row.Label == "CW").Cells.Count(cell => cell is null));   // exists in L2 only
    }

    [Fact]
    public void A_run_is_stored_and_read_back_and_accuracy_never_rises()
    {
        var run = _experiment.Run(_victim, force: true);

        var again = _experiment.Run(_victim);

        Assert.Equal(run.Record.Environment, again.Record.Environment);
        Assert.Equal(run.Table.ToCsv(), again.Table.ToCsv());
        var right = run.Record.Measurements.Where(m => m.Column == AttacksRun.AccuracyColumn).ToArray();
        Assert.Equal(1 + (2 * AttackCatalog.All.Count) - 1, right.Length);
        Assert.All(right, m => Assert.InRange(m.Value, 0, right[0].Value));
        Assert.All(run.Record.Measurements, m => Assert.True(double.IsFinite(m.Value)));
        Assert.Equal(AttackCatalog.All.Count, run.PlotAccuracy().Categories.Count);
        Assert.NotEqual(run.PlotCost().Series.Count, run.PlotCost(PixelNorm.L2).Series.Count);
    }

    [Fact]
    public void Another_world_has_its_own_run_and_its_own_report()
    {
        using var other = _experiment.LoadVictim("fundus");

        var run = _experiment.Run(other);

        Assert.Equal("fundus", run.Record.Options.World);
        Assert.Equal("blood", _experiment.Run(_victim).Record.Options.World);
        Assert.NotEqual(_experiment.Report(_victim).Outcomes.Select(outcome => outcome.Seconds), _experiment.Report(other).Outcomes.Select(outcome => outcome.Seconds));
    }

    [Fact]
    public void The_explorer_starts_without_noise_and_ends_with_the_largest_budget()
    {
        var explorer = _experiment.Explore(_victim);

        Assert.Equal(["0/255", "1/255", "4/255"], explorer.Steps.Select(step => step.Label));
        var first = Assert.IsType<BarChart>(Assert.IsType<SideBySide>(explorer.Steps[0].Chart).Right);
        var last = Assert.IsType<BarChart>(Assert.IsType<SideBySide>(explorer.Steps[^1].Chart).Right);
        Assert.Equal(first.Series[0].Values, first.Series[2].Values, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(last.Series[0].Values, last.Series[2].Values, (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.Equal(["L2 0", "L2 0.15", "L2 0.6"], _experiment.Explore(_victim, attack: new Pgd(new PgdOptions { Epsilon = PixelBudget.L2(1), Steps = 2 })).Steps.Select(step => step.Label));
    }

    [Fact]
    public void Pictures_fit_under_one_slider() => FitUnderOneSlider(3);

    [Fact, Trait("Category", "Slow")]
    public void Every_picture_fits_under_one_slider() => FitUnderOneSlider(int.MaxValue);

    private void FitUnderOneSlider(int pictures)
    {
        using var chest = _experiment.LoadVictim("chest");   // whose answers take one line or two

        for (var picture = 0; picture < Math.Min(pictures, chest.Clean.Correct.Count(right => right)); picture++)
        {
            var explorer = _experiment.Explore(chest, picture);

            Assert.Single(explorer.Steps.Select(step => step.Chart.ToPlotly()["layout"]!["height"]!.ToJsonString()).Distinct());
            Assert.StartsWith("<svg", explorer.ToSvg(), StringComparison.Ordinal);
        }
    }

    /// <summary>The explorer as readers have it: the slider of the figure is pressed in a browser, and the pictures change.</summary>
    [SkippableFact]
    public void Moving_the_explorers_slider_in_a_browser_changes_the_pictures()
    {
        var figure = _experiment.Explore(_victim).ToPlotly();

        var moves = Plots.Browser.MoveSlider(figure, [0.98, 0.02]);

        Assert.Equal([1, 2, 0], moves.Select(move => move.Active));
        Assert.All(moves, move => Assert.Equal(5, move.Pictures.Length));
        Assert.Equal(3, moves.Select(move => move.Pictures[^1]).Distinct().Count());
        Assert.All(moves, move => Assert.Equal(moves[0].Pictures[0], move.Pictures[0]));   // the original stays
    }

    [Fact]
    public void An_attack_of_ones_own_can_be_explored()
    {
        var explorer = _experiment.Explore(_victim, attack: new Darker());

        Assert.Contains("darker", explorer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_is_not_there_is_refused_with_the_range()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _experiment.Explore(_victim, picture: 1000));

        Assert.Contains("counted from 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Number_formats_are_compared_on_the_same_pictures()
    {
        var table = _experiment.ComparePrecision(_victim);

        Assert.Equal(4, table.Rows.Count);
        Assert.All(table["Disagree"], cell => Assert.InRange(cell.Number, 0, 1));
    }

    [Fact]
    public void The_report_goes_on_from_its_state_and_plots_each_attack()
    {
        var report = _experiment.Report(_victim);

        Assert.Equal(3, AttacksExperiment.Plot(report).Series.Count);
        Assert.Equal(report.Outcomes.Select(outcome => outcome.Seconds), _experiment.Report(_victim).Outcomes.Select(outcome => outcome.Seconds));   // read, not measured again
        Assert.NotEqual(report.Outcomes.Select(outcome => outcome.Seconds), _experiment.Report(_victim, force: true).Outcomes.Select(outcome => outcome.Seconds));
    }

    [Fact]
    public void Corruptions_are_shown_and_scored()
    {
        var chart = _experiment.Corruptions(_victim);

        Assert.Equal(chart.Categories.Count, _experiment.ShowCorruptions(_victim).Rows.Sum(row => row.Cells.Count));
        Assert.All(chart.Series[0].Values, value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public void Words_and_pairs_are_attacked()
    {
        using var pairs = _experiment.LoadPairs();

        var words = pairs.Words(3);
        var table = pairs.Attack(PixelBudget.Of255(8));

        Assert.All(words.Rows, row => Assert.NotEqual(row.Text("Report"), row.Text("Rewritten by rules")));
        Assert.Equal(["PGD-10 on images", "BERT-Attack", "Sep-Attack", "Co-Attack", "SGA"], table.Rows.Select(row => row.Text("Attack")));
        Assert.Equal(2, PairTour.Plot(table).Series.Count);
    }

    private sealed class Darker : IImageAttack
    {
        public string Name => "darker";

        public PixelBudget Epsilon { get; init; } = PixelBudget.Of255(8);

        public IImageAttack WithEpsilon(PixelBudget epsilon) => new Darker { Epsilon = epsilon };

        public Tensor Perturb(Classifier classifier, Tensor images, Tensor labels, Generator random, Action<double>? progress = null) => (images - Epsilon.Value).clamp(0, 1);
    }
}
