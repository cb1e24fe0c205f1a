using RobustVlm.Data;
using RobustVlm.Engine;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods;
using RobustVlm.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.MeLoStudy;

public sealed class MeLoExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();
    private readonly MeLoExperiment _experiment;

    public MeLoExperimentTests() => _experiment = new MeLoExperiment(Open(Scale.Smoke));

    public void Dispose()
    {
        _experiment.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Counts_are_those_of_the_paper()
    {
        var table = MeLoExperiment.CountWeights();

        double Cell(string model, string column) => table.Rows.Single(row => row.Text("Model") == model).Number(column);
        Assert.Equal(147_456, Cell("ViT-B/16", "Weights of A and B"));
        Assert.Equal(85_798_656, Cell("ViT-B/16", "Weights of the backbone"));
        Assert.Equal(0.001719, Cell("ViT-B/16", "Share"), 1e-6);
        Assert.Equal(0.1406, Cell("ViT-B/16", "in 2^20"), 1e-4);
        Assert.Equal([393_216, 655_360, 901_120, 1_277_952], new[] { "ViT-L/16", "ViT-H/14", "ViT-g/14", "ViT-G/14" }.Select(model => Cell(model, "Weights of A and B")));
        Assert.Equal(1_842_775_680, Cell("ViT-G/14", "Weights of the backbone"));   // timm's, whose hidden layer of 8192 has no round ratio
        Assert.True(Cell("mini", "Share") > 0.01);
    }

    [Fact]
    public void Training_in_front_of_the_reader_gives_what_the_sweep_gives_for_the_same_seed()
    {
        using var live = _experiment.Train("tuberculosis");
        var plan = MeLoPlan.For(Scale.Smoke).Tasks[0];
        foreach (var fit in live.Trained[0].Fits)
        {
            var run = new MeLoFit().Run(Open(Scale.Smoke), MeLoPlan.Fit(plan, fit.Arm, fit.LearningRate), (_, _) => { });

            Assert.Equal(run.Measurements.Single(number => number is { Row: MeLoFit.TestRow, Column: MeLoFit.AurocColumn }).Value, fit.Auroc, 1e-12);
        }

        Assert.Contains("the middle of those to be tried", live.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, live.PlotLosses("tuberculosis").Series.Count);
        Assert.Equal(2, live.ShowUpdates("tuberculosis").Rows.Count);
        Assert.Contains("mammograms", Assert.Throws<ArgumentException>(() => _experiment.Train("mamograms")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_tasks_answer_from_one_backbone_as_they_did_when_trained()
    {
        using var live = _experiment.Train();
        using var server = _experiment.Serve(live);

        Assert.Equal(TargetTask.All.Select(task => task.Name), server.Table["Task"].Select(cell => cell.ToString()));
        Assert.All(server.Table["Logits as trained"], cell => Assert.StartsWith("yes", cell.ToString(), StringComparison.Ordinal));
        Assert.Equal(4, server.Answer(2).Grid.Rows.Count);
    }

    [Fact]
    public void An_empty_store_leaves_gaps_and_names_the_command()
    {
        var runs = _experiment.Stored();

        Assert.StartsWith("0 of 180 trainings", runs.ToString(), StringComparison.Ordinal);
        Assert.Contains("./notebooks/sweep 06-melo", runs.ToString(), StringComparison.Ordinal);
        Assert.All<Experiments.Plots.Chart>([runs.PlotScores(), runs.PlotWeights(), runs.PlotRanks(), runs.PlotSwitching()], chart => Assert.StartsWith("<svg", chart.ToSvg(), StringComparison.Ordinal));
        Assert.All(runs.LearningRates["Chosen"], cell => Assert.Equal("not yet", cell.ToString()));
        Assert.Equal(MeLoPlan.Arms.Count, runs.Costs.Rows.Count);
        Assert.Equal(5, runs.Scores.Columns.Count);
    }

    [Fact]
    public void Stored_runs_of_the_reported_seeds_become_bars_with_a_dot_each_and_others_are_left_out()
    {
        var plan = MeLoPlan.For(Scale.Demo).Tasks[0];
        foreach (var (seed, auroc) in new (ulong, double)[] { (11, 0.8), (12, 0.9), (99, 0.1) })
        {
            Store(Open(Scale.Demo, seed), MeLoPlan.Fit(plan, MeLoPlan.MeLo(), 0.01), auroc);
        }

        Store(Open(Scale.Demo, 13), MeLoPlan.Fit(plan, MeLoPlan.MeLo(), 0.01), 0.2, version: MeLoSweep.Version + 1);
        Store(Open(Scale.Smoke, 14), MeLoPlan.Fit(plan, MeLoPlan.MeLo(), 0.01), 0.3);

        var chart = _experiment.Stored().PlotScores();

        var melo = chart.Series.Single(series => series.Name == "MeLo, rank 4");
        Assert.Equal(0.85, melo.Values[0], 1e-12);
        Assert.Equal([0.8, 0.9], melo.Dots![0]);
        Assert.True(double.IsNaN(melo.Values[1]));
        Assert.Contains("2 of 180", chart.Title, StringComparison.Ordinal);
        Assert.Contains("0.8", chart.ToPlotly()["data"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_of_ones_own_an_example_is_written_and_learned()
    {
        var own = _experiment.TrainOwnImages();

        Assert.StartsWith("Example folder", own.ToString(), StringComparison.Ordinal);
        Assert.Contains("140 images", own.Summary, StringComparison.Ordinal);
        Assert.Equal(["full fine-tuning", "linear probe", "MeLo, rank 4"], own.Plot.Categories);
        Assert.All(own.Table["Test AUROC"], cell => Assert.NotEqual("–", cell.ToString()));
    }

    [Fact]
    public void Patients_stay_together_and_rare_classes_are_left_out()
    {
        var folder = Pictures(("benign", 24), ("malignant", 16), ("rare", 3));
        File.WriteAllLines(Path.Combine(folder, "table.csv"),
            Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order().Select((file, i) => $"{Path.GetRelativePath(folder, file)},{Path.GetFileName(Path.GetDirectoryName(file))},p{i / 2}").Prepend("image,label,patient"));

        using var task = FolderTask.Read(Open(Scale.Smoke), FolderTask.Recognise(folder), 48, _ => { });

        Assert.Equal(["benign", "malignant"], task.Classes);
        Assert.Equal(40, task.Count);
        Assert.All(new[] { task.Data.Train.Count, task.Data.Validation.Count, task.Data.Test.Count }, count => Assert.Equal(0, count % 2));
        Assert.Contains(task.Notes, note => note.Contains("rare", StringComparison.Ordinal));
    }

    [Fact]
    public void Folders_that_cannot_be_learned_from_are_refused_in_one_sentence()
    {
        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => _experiment.TrainOwnImages(_folder.File("nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("one class", Assert.Throws<InvalidDataException>(() => _experiment.TrainOwnImages(Pictures(("only", 12), ("few", 2)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_papers_sets_are_recognised_by_their_layout()
    {
        var folder = _folder.File("cells");
        foreach (var part in new[] { "TRAIN", "TEST", "TEST_SIMPLE" })
        {
            foreach (var kind in new[] { "EOSINOPHIL", "LYMPHOCYTE", "MONOCYTE", "NEUTROPHIL" })
            {
                Draw(Path.Combine(folder, "images", part, kind), 1);
            }
        }

        Assert.Equal("bloodcell", FolderTask.Recognise(folder).Name);
        Assert.Equal("image-folder", FolderTask.Recognise(Pictures(("a", 1), ("b", 1))).Name);
    }

    [Fact]
    public void A_users_transformer_in_timms_names_is_read_off_its_shapes()
    {
        var file = _folder.File("vit.safetensors");
        var sizes = new VisionTransformerOptions { ImageSize = 32, PatchSize = 8, Width = 128, Depth = 2, Heads = 2, MlpRatio = 4, Classes = 5 };
        using var random = new Generator(3);
        using var model = sizes.Create(random);
        Safetensors.Write(file, model.state_dict());

        Assert.Equal(sizes with { Classes = 0 }, UserBackbone.SizesOf(file));
        var (loaded, description) = UserBackbone.Load(Open(Scale.Smoke), file);
        using var images = rand([2, 3, 32, 32], generator: random);
        Assert.True(loaded.Features(images).allclose(model.Features(images)));
        Assert.Contains("2 blocks of width 128", description, StringComparison.Ordinal);
        loaded.Dispose();

        var own = _experiment.TrainOwnImages(Pictures(("left", 20), ("right", 20)), file);
        Assert.Contains("vit.safetensors", own.Table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_such_transformer_are_refused_in_one_sentence()
    {
        using var random = new Generator(3);
        using var other = new ResNetOptions { Classes = 2 }.Create(random);
        Safetensors.Write(_folder.File("resnet.safetensors"), other.state_dict());
        File.WriteAllText(_folder.File("text.safetensors"), "no weights");

        string Refusal(string name) => Assert.Throws<InvalidDataException>(() => UserBackbone.SizesOf(_folder.File(name))).Message;
        Assert.Contains("patch_embed.proj.weight", Refusal("resnet.safetensors"), StringComparison.Ordinal);
        Assert.Contains("text.safetensors", Refusal("text.safetensors"), StringComparison.Ordinal);
        Assert.Contains("as .safetensors", Refusal("vit.pt"), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => UserBackbone.SizesOf(_folder.File("missing.safetensors")));
    }

    [Fact]
    public void The_published_recipe_takes_two_steps_on_made_data() => CheckDryRun(_experiment.DryRun("mini"));

    [Fact, Trait("Category", "Slow")]
    public void The_published_recipe_takes_two_steps_at_the_papers_size() => CheckDryRun(_experiment.DryRun("ViT-B/16"));

    [Fact]
    public void The_paper_scale_times_the_papers_transformers()
    {
        var options = MeLoExperimentOptions.For(Scale.Paper);

        Assert.Equal(5, options.TimedSizes.Count);
        Assert.All(options.TimedSizes, size => Assert.Contains(size, MeLoExperiment.Sizes));
        Assert.Equal((20, MeLoMode.LowRank), (MeLoPreset.Published(MeLoPlan.MeLo(), 1e-3, true).Epochs, MeLoPreset.Published(MeLoPlan.MeLo(), 1e-3, true).Mode));
        Assert.Equal(1e-3, MeLoPreset.Rates(MeLoPlan.MeLo(), 768)[1]);
        Assert.Equal(3e-5, MeLoPreset.Rates(MeLoPlan.Full, 768)[1]);
    }

    [SkippableTheory]
    [InlineData("blood-cells", "219 images", 3)]
    [InlineData("cxr-nih", "331 images", 8)]
    [InlineData("derm-ham10000-nc", "210 images", 7)]
    public void Real_folders_are_learned(string name, string images, int classes)
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        Skip.If(root is null || !Directory.Exists(Path.Combine(root, name)), $"ROBUSTVLM_REALDATA names no folder with {name}.");

        var own = _experiment.TrainOwnImages(Path.Combine(root!, name));   // not null: skipped above

        Assert.Contains("Your folder: " + images, own.ToString(), StringComparison.Ordinal);
        Assert.Equal(classes, own.Summary[own.Summary.IndexOf("):", StringComparison.Ordinal)..].Split(", ").Length);
    }

    private static void CheckDryRun(ResultTable table)
    {
        Assert.Equal(3, table.Rows.Count);
        Assert.All(table["Loss of each step"], cell => Assert.Equal(2, cell.ToString().Split(", ").Count(loss => double.IsFinite(double.Parse(loss, System.Globalization.CultureInfo.InvariantCulture)))));
    }

    private Lab Open(Scale scale, ulong seed = 7) => Lab.At(_folder.Path, scale, seed);

    private static void Store(Lab lab, MeLoRunOptions options, double auroc, int version = MeLoSweep.Version) => lab.Store.Write(new RunRecord<MeLoRunOptions>
    {
        Experiment = MeLoSweep.Id,
        Options = options,
        MethodVersion = version,
        Environment = lab.Describe(TimeProvider.System.GetUtcNow()),
        Measurements = [new Measurement(MeLoFit.TestRow, MeLoFit.AurocColumn, auroc), new Measurement(MeLoFit.FitRow, MeLoFit.WeightsColumn, 12_546, IsRate: false)],
    });

    private string Pictures(params (string Class, int Count)[] classes)
    {
        var folder = _folder.File("pictures-" + Guid.NewGuid().ToString("N"));
        foreach (var (name, count) in classes)
        {
            Draw(Path.Combine(folder, name), count);
        }

        return folder;
    }

    private static void Draw(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        using var random = new Generator(5);
        for (var i = 0; i < count; i++)
        {
            using var image = rand([3, 24, 24], generator: random);
            ImageFile.Write(Path.Combine(folder, $"{i:00}.png"), image);
        }
    }
}
