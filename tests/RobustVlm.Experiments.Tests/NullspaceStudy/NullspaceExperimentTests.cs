using RobustVlm.Engine;
using RobustVlm.Experiments.NullspaceStudy;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods.Nullspaces;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.NullspaceStudy;

public sealed class NullspaceExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();
    private readonly NullspaceExperiment _experiment;

    public NullspaceExperimentTests() => _experiment = new NullspaceExperiment(Open(Scale.Smoke));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_shown_live_is_what_the_sweep_measures_for_the_same_seed()
    {
        using var live = _experiment.Train();
        var tuning = live.FineTune();
        var options = NullspacePlan.For(Scale.Smoke).Tuning(NullspaceArm.Nullspace);

        var run = new NullspaceFit().Run(Open(Scale.Smoke), options, (_, _) => { });

        Assert.Equal(["none", "control", "nullspace noise"], tuning.Table["Arm"].Select(cell => cell.ToString()));
        Assert.Equal(run.Measurements.Single(number => number.Column == NullspaceScores.CleanColumn).Value, tuning.Table[2].Number("Clean"));
        Assert.Equal(
            run.Measurements.Where(number => number.Row == NullspaceFit.CurvePrefix + "length").Select(number => Math.Round(number.Value, 6)),
            tuning.Noises["Length at the end"].Select(cell => Math.Round(cell.Number, 6)));
        Assert.Equal(4, tuning.PlotLosses().Series.Count);
    }

    [Fact]
    public void The_watermark_moves_no_logit_and_its_controls_do()
    {
        using var live = _experiment.Train();

        var table = live.Watermarks();
        double Change(int row) => table[row].Number("Largest change of a logit, in sizes of the logits");

        Assert.All(Enumerable.Range(0, 3), row => Assert.InRange(Change(row), 0, 1e-4));
        Assert.All([4, 6, 7], row => Assert.True(Change(row) > 1e-2));
        var rows = live.ShowWatermark().Rows;
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(row.Cells[0]!.Caption, row.Cells[^1]!.Caption));   // every row is full
        Assert.Contains("128 of 192", live.Unseen, StringComparison.Ordinal);
        var plot = live.PlotPixelNoise();
        Assert.Equal(1, plot.Series[0].Y[2]);
    }

    [Fact]
    public void A_learned_noise_stands_beside_three_of_its_length()
    {
        using var live = _experiment.Train();
        using var first = live.Search(lambda: 1);
        using var second = live.Search(lambda: 1, number: 2);

        Assert.Equal(["learned", "permuted", "permuted in tokens", "random"], first.Table["Noise"].Select(cell => cell.ToString()));
        Assert.Equal(4, first.PlotScaling().Series.Count);
        Assert.All(first.PlotScaling().Series, series => Assert.Equal(1, series.Y[0]));
        Assert.Equal(2, first.PlotMixing(second).Series.Count);
        Assert.NotEqual(first.Table[0].Number("Length"), second.Table[0].Number("Length"));
    }

    [Fact]
    public void The_live_part_leaves_no_tensor_alive()
    {
        void Once()
        {
            using var live = _experiment.Train();
            using var noise = live.Search();
            _ = (live.Watermarks(), live.ShowWatermark(), live.PlotPixelNoise(), noise.PlotScaling(), live.FineTune());
        }

        Once();
        Assert.InRange(LeakCheck.Run(Once).Reachable, long.MinValue, 0);
    }

    [Fact]
    public void A_file_of_ones_own_stands_in_the_table_of_weights()
    {
        var file = _folder.File("vit.safetensors");
        using var random = new Generator(1);
        using var weight = randn([48, 3, 8, 8], generator: random);
        Safetensors.Write(file, new Dictionary<string, Tensor> { ["patch_embed.proj.weight"] = weight });

        var table = _experiment.DimensionsOf(file);

        Assert.Equal(3, table.Rows.Count);
        Assert.Equal("vit.safetensors", table[2].Text("Weights"));
        Assert.Equal(192 - 48, table[2].Number("Unseen directions of a patch"));
        Assert.Equal(2304, NullspaceExperiment.Dimensions().Where(row => row.Text("Model") == "ViT-B/32")[0].Number("Unseen directions of a patch"));
    }

    [Fact]
    public void An_empty_store_leaves_gaps_and_names_the_command()
    {
        var runs = _experiment.Stored();

        Assert.StartsWith("0 of 65 runs", runs.ToString(), StringComparison.Ordinal);
        Assert.Contains("./notebooks/sweep 04-nullspace", runs.ToString(), StringComparison.Ordinal);
        Chart[] charts = [runs.PlotControls(), runs.PlotNorm(), runs.PlotScaling(), runs.PlotMixing(), runs.PlotDynamics(), runs.PlotGains(), runs.PlotCorruptions(), runs.PlotBudgets()];
        Assert.All(charts, chart => Assert.StartsWith("<svg", chart.ToSvg(), StringComparison.Ordinal));
        Assert.All(charts, chart => Assert.NotEmpty(chart.ToPlotly()["data"]!.AsArray()));
        Assert.Equal((3, 8, 6, 8, 6), (runs.Starts.Rows.Count, runs.Scores.Rows.Count, runs.Epsilons.Rows.Count, runs.WorstCase.Rows.Count, runs.BesideThePaper.Rows.Count));
    }

    [Fact]
    public void Stored_runs_of_another_scale_or_version_do_not_count()
    {
        var demo = Open(Scale.Demo, seed: 11);
        var plan = NullspacePlan.For(Scale.Demo);
        Store(demo, plan.Tuning(NullspaceArm.Control), 0.5);
        Store(demo, plan.Tuning(NullspaceArm.Nullspace), 0.6);
        Store(Open(Scale.Demo, seed: 12), plan.Tuning(NullspaceArm.Nullspace), 0.7);                                    // without its control
        Store(Open(Scale.Demo, seed: 13), plan.Tuning(NullspaceArm.Nullspace), 0.9, NullspaceSweep.Version + 1);
        Store(Open(Scale.Smoke, seed: 14), plan.Tuning(NullspaceArm.Nullspace), 0.9);
        Store(Open(Scale.Demo, NullspacePlan.ChoosingSeed), plan.Tuning(NullspaceArm.Nullspace), 0.9);

        var runs = _experiment.Stored();

        Assert.StartsWith("3 of 65 runs", runs.ToString(), StringComparison.Ordinal);
        var scores = runs.Scores.Where(row => row.Text("Arm") == "nullspace noise")[0];
        Assert.Equal(2, scores.Number("Seeds"));
        Assert.StartsWith("65.0%", scores.Text("Clean"), StringComparison.Ordinal);
        var gains = runs.PlotGains().Series.Single(series => series.Name == "nullspace noise");
        Assert.Equal([10], gains.Dots![0].Select(value => Math.Round(value, 6)));   // paired: one seed has both
        Assert.Contains("3 of 65", runs.PlotBudgets().Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_arm_has_a_colour_of_its_own_and_so_has_every_control()
    {
        string[] arms = [.. NullspacePlan.Arms.Select(NullspacePlan.NameOf)];
        string[] noises = [NullspaceAnalysis.Learned, NullspaceAnalysis.Permuted, NullspaceAnalysis.InTokens, NullspaceAnalysis.Drawn];

        Assert.Equal(arms.Length, arms.Select(Palette.Of).Distinct().Count());
        Assert.Equal(noises.Length, noises.Select(Palette.Of).Distinct().Count());
    }

    [Fact]
    public void The_dry_run_shows_two_losses_of_every_trained_arm()
    {
        var table = _experiment.DryRun();

        Assert.Equal(6, table.Rows.Count);
        Assert.All(table.Rows.Skip(1), row => Assert.Equal(2, row.Text("Loss of each step").Split(", ").Length));
        Assert.Contains("ViT-S/16 or ViT-B/16", Assert.Throws<ArgumentException>(() => _experiment.DryRun("ViT-X")).Message, StringComparison.Ordinal);
    }

    private Lab Open(Scale scale, ulong seed = 7) => Lab.At(_folder.Path, scale, seed);

    private static void Store(Lab lab, NullspaceRunOptions options, double clean, int version = NullspaceSweep.Version) => lab.Store.Write(new RunRecord<NullspaceRunOptions>
    {
        Experiment = NullspaceSweep.Id,
        Options = options,
        MethodVersion = version,
        Checkpoints = new Dictionary<string, string>(),
        Environment = lab.Describe(TimeProvider.System.GetUtcNow()),
        Measurements = [new Measurement(NullspaceScores.Row, NullspaceScores.CleanColumn, clean)],
    });
}
