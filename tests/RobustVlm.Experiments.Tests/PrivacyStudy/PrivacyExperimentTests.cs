using RobustVlm.Experiments.PrivacyStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.PrivacyStudy;

public sealed class PrivacyExperimentTests : IDisposable
{
    private static readonly PrivacyExperimentOptions s_small = PrivacyExperimentOptions.For(Scale.Smoke) with { Candidates = 40 };

    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_shipped_model_is_told_its_members_whatever_the_seed_and_scale_of_the_lab()
    {
        using var live = new PrivacyExperiment(Open(seed: 3), s_small).Attack();

        // Every attack by its name, as in the sweep, and the trained one behind them.
        Assert.Equal([.. PrivacyScores.AllAttacks.Take(9), PrivacyScores.Trajectory], live.Attacks["Attack"].Select(cell => cell.Text));
        var loss = double.Parse(live.Attacks[0, "AUC"].Text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(loss, 0.75, 1);
    }

    [Fact]
    public void Plots_tables_and_an_attack_of_ones_own_come_from_the_same_pictures()
    {
        using var live = new PrivacyExperiment(Open()).Attack();

        Assert.Equal(4, live.ShowSteps().Rows.Count);
        Assert.Equal(1 + 8, live.ShowSteps().Rows[0].Cells.Count);
        Assert.Equal(["members", "others"], live.PlotApproach().Series.Select(series => series.Name));
        Assert.All(live.PlotScores("SimA, t = 50").Series, series => Assert.Equal(1, series.Values.Sum(), 1e-9));
        Assert.Equal(8 + 1, live.PlotRoc().Series.Count);
        Assert.Equal(8, live.HeatMap.Rows.Count);
        Assert.Equal("constant", live.Try(new OwnAttack("constant", (_, candidates) => zeros(candidates.Count)))[0, "Attack"].Text);
        Assert.Equal("0.5", live.Try(new OwnAttack("constant", (_, candidates) => zeros(candidates.Count)))[0, "AUC"].Text);
        Assert.Contains("choose one of", Assert.Throws<ArgumentException>(() => live.PlotApproach("no such measure")).Message, StringComparison.Ordinal);
        Assert.Contains("choose one of", Assert.Throws<ArgumentException>(() => live.PlotScores("no such attack")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_stored_run_every_table_and_plot_says_so()
    {
        var runs = new PrivacyExperiment(Open()).Stored();

        Assert.StartsWith("0 of 25 runs", runs.ToString(), StringComparison.Ordinal);
        Assert.All(new[] { runs.PlotRoc(), runs.PlotEpochs(), runs.PlotSetSizes(), runs.PlotLevels() }, chart =>
        {
            Assert.Contains("no run is stored yet", chart.Title, StringComparison.Ordinal);
            Assert.NotEmpty(chart.ToSvg());
        });
        Assert.NotEmpty(runs.PlotDefences().ToSvg());
        Assert.All(new[] { runs.Scores, runs.Memorisation, runs.HeatMap(), runs.Controls, runs.DefenceCosts, runs.BesideThePaper }, table => Assert.NotEmpty(table.ToString()));
    }

    [Fact]
    public void A_stored_run_of_the_plan_counts_and_one_of_another_seed_does_not()
    {
        var lab = Open();
        foreach (var seed in new ulong[] { PrivacyPlan.Seeds[0], PrivacyPlan.ChoosingSeed })
        {
            lab.Store.Write(new RunRecord<PrivacyRunOptions>
            {
                Experiment = PrivacySweep.Id,
                Options = PrivacyPlan.For(Scale.Demo).Training(),
                MethodVersion = PrivacySweep.Version,
                Environment = Lab.At(_folder.Path, Scale.Demo, seed).Describe(TimeProvider.System.GetUtcNow()),
                Measurements = [new Measurement(PrivacyFit.Last, PrivacyScores.Auc("PIA"), 0.875, IsRate: false), new Measurement(PrivacyFit.Checkpoint(4), PrivacyScores.Auc("PIA"), 0.875, IsRate: false)],
            });
        }

        var runs = new PrivacyExperiment(lab).Stored();

        Assert.StartsWith("1 of 25 runs", runs.ToString(), StringComparison.Ordinal);
        Assert.Equal("0.88", runs.Scores["AUC, last checkpoint"][2].Text);
        Assert.Equal(["PIA"], runs.PlotEpochs().Series.Select(series => series.Name));
    }

    [Fact]
    public void The_published_size_goes_the_whole_way_with_two_steps_on_made_pictures()
    {
        var table = new PrivacyExperiment(Open()).AtPaperScale().DryRun();

        Assert.Equal(4 + 2 + 1, table.Rows.Count);
        Assert.Contains(PrivacyPreset.Blind, table.ToString(), StringComparison.Ordinal);
        Assert.Contains("6 members", table.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_size_says_which_folders_it_needs()
    {
        var paper = new PrivacyPaper(Open(), _folder.Path, "");

        Assert.Contains("members and others", paper.Missing, StringComparison.Ordinal);
        Assert.Equal(paper.Missing, Assert.Throws<InvalidOperationException>(() => paper.Run()).Message);
        string[] parts = ["members", "others"];
        Assert.All(parts, part => Directory.CreateDirectory(_folder.File(part)));
        Assert.Contains("fewer than 5 images", paper.Missing, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.All(Enumerable.Range(0, 5), i => File.WriteAllText(Path.Combine(_folder.File(part), $"{i}.png"), "")));
        Assert.Equal("", paper.Missing);
        Assert.Contains("does not exist", new PrivacyPaper(Open(), _folder.Path, "/nowhere.safetensors").Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void More_candidates_than_members_are_refused() =>
        Assert.Contains("100 members", Assert.Throws<ArgumentException>(() => new PrivacyExperiment(Open(), s_small with { Candidates = 101 })).Message, StringComparison.Ordinal);

    private Lab Open(ulong seed = 7) => Lab.At(_folder.Path, Scale.Smoke, seed);
}
