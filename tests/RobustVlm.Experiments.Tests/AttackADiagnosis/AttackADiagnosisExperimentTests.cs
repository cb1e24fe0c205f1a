using RobustVlm.Attacks;
using RobustVlm.Data.Chest;
using RobustVlm.Experiments.AttackADiagnosis;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.AttackADiagnosis;

public sealed class AttackADiagnosisExperimentTests : IDisposable
{
    private static readonly AttackADiagnosisOptions Small = AttackADiagnosisOptions.For(Scale.Smoke) with
    {
        Training = new() { Images = 96, Steps = 6, BatchSize = 16, Width = 32, Depth = 1 },
        TestImages = 42,
        AttackedImages = 21,
        CheckedImages = 8,
        PgdSteps = 3,
        Budgets = [1, 8],
    };

    private readonly string _root = Directory.CreateTempSubdirectory("robustvlm-lab-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others()
    {
        var first = Measure(7);
        var again = Measure(7, force: true);
        var other = Measure(8);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void A_second_run_reads_weights_and_numbers()
    {
        var (experiment, lab) = Open(7);
        using var radiographs = experiment.RenderRadiographs();
        using var trained = experiment.Train(radiographs);
        var run = experiment.Run(trained, radiographs);

        using var read = experiment.Train(radiographs);
        var stored = experiment.Run(read, radiographs);

        Assert.Equal(trained.CheckpointHash, read.CheckpointHash);
        Assert.Equal(trained.Losses, read.Losses);
        Assert.Equal(run.Record.Environment.StartedAt, stored.Record.Environment.StartedAt);
        Assert.Single(lab.Store.ReadAll<AttackADiagnosisOptions>(AttackADiagnosisExperiment.Id));
    }

    [Fact]
    public void Every_step_gives_something_to_show()
    {
        var (experiment, _) = Open(7);
        using var radiographs = experiment.RenderRadiographs();
        using var model = experiment.Train(radiographs);

        var diagnosis = experiment.Diagnose(model, radiographs);
        var run = experiment.Run(model, radiographs);
        var own = experiment.ProbeOwnImages(model);

        Chart[] charts = [radiographs.ShowExamples(), model.PlotLoss(16), run.PlotAccuracy(), own.Pictures];
        Assert.All(charts, chart => Assert.Equal(["application/vnd.plotly.v1+json", "image/png", "text/plain"], chart.ToMimeBundle().Keys.Order()));
        Assert.Equal(Findings.All.Count, diagnosis.Table.Rows.Count);
        Assert.Equal(3, run.Table.Rows.Count);
        Assert.Equal(2 + Small.Budgets.Count, own.Table.Rows.Count);
        Assert.Equal(Findings.All.Count, run.AurocTable.Rows.Count);
        Assert.Equal(4, experiment.CheckAttack(model, radiographs, PixelBudget.Of255(1)).Rows.Count);
        Assert.Contains("seed 7", string.Join(' ', run.Table.Footnotes), StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_must_cover_all_classes_and_unknown_words_are_named()
    {
        var (experiment, _) = Open(7);
        using var radiographs = experiment.RenderRadiographs();
        using var model = experiment.Train(radiographs);
        var prompts = Findings.All.ToDictionary(finding => finding, finding => new[] { $"a zebra with {finding.Name()}" });

        var diagnosis = experiment.Diagnose(model, radiographs, prompts);
        prompts.Remove(Finding.Nodule);

        Assert.Contains("zebra", diagnosis.UnknownWords);
        Assert.Contains("Nodule", Assert.Throws<ArgumentException>(() => experiment.Diagnose(model, radiographs, prompts)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_gets_one_clear_sentence()
    {
        var (experiment, lab) = Open(7);
        using var radiographs = experiment.RenderRadiographs();
        string path;
        using (var model = experiment.Train(radiographs))
        {
            path = Path.Combine(lab.WorkFolder(AttackADiagnosisExperiment.Id), model.CheckpointName);
        }

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);

        var error = Assert.Throws<InvalidDataException>(() => experiment.Train(radiographs));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        using var again = experiment.Train(radiographs, force: true);
        Assert.Equal(Small.Training.Steps, again.Losses.Count);
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_refused() =>
        Assert.Throws<ArgumentException>(() => new AttackADiagnosisExperiment(Lab.At(_root, Scale.Smoke, 7), Small with { AttackedImages = 100 }));

    [Theory]
    [InlineData(Scale.Smoke)]
    [InlineData(Scale.Demo)]
    [InlineData(Scale.Paper)]
    public void Every_scale_has_settings_that_fit(Scale scale)
    {
        var experiment = new AttackADiagnosisExperiment(Lab.At(_root, scale, 7));

        Assert.Equal(experiment.Options.Budgets.Order(), experiment.Options.Budgets);
        Assert.Equal(0, experiment.Options.Training.ImageSize % 8);
    }

    private (AttackADiagnosisExperiment Experiment, Lab Lab) Open(ulong seed)
    {
        var lab = Lab.At(_root, Scale.Smoke, seed);
        return (new AttackADiagnosisExperiment(lab, Small), lab);
    }

    private IReadOnlyList<Measurement> Measure(ulong seed, bool force = false)
    {
        var (experiment, _) = Open(seed);
        using var radiographs = experiment.RenderRadiographs();
        using var model = experiment.Train(radiographs, force);
        return experiment.Run(model, radiographs, force).Record.Measurements;
    }
}
