using RobustVlm.Data;
using RobustVlm.Data.Sets;
using RobustVlm.Experiments.AdaptorStudy;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.MeLoStudy;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Tests.Results;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tests.AdaptorStudy;

public sealed class AdaptorExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.WithCheckpoints();
    private readonly AdaptorExperiment _experiment;

    public AdaptorExperimentTests() => _experiment = new AdaptorExperiment(Open(Scale.Smoke));

    public void Dispose()
    {
        _experiment.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Training_in_front_of_the_reader_gives_what_the_sweep_gives_for_the_same_seed()
    {
        using var live = _experiment.Train();

        var run = new AdaptorFit().Run(Open(Scale.Smoke), AdaptorPlan.For(Scale.Smoke).Fit(AdaptorArm.Adaptor), (_, _) => { });

        foreach (var (row, column) in new[] { (AdaptorPreTraining.Row, AdaptorPreTraining.LossColumn), (AdaptorTask.Binary.Name, AdaptorTask.Binary.Column(1)), (AdaptorTask.ThreeClasses.Name, AdaptorTask.ThreeClasses.Column(0.1)) })
        {
            Assert.Equal(run.Measurements.Single(number => number.Row == row && number.Column == column).Value, live.Score(AdaptorArm.Adaptor, row, column)!.Value, 1e-12);
        }

        Assert.Equal(["Adaptor", "Adaptor, shuffled pairs", "no Adaptor"], live.Table["Features"].Select(cell => cell.ToString()));
        var curves = live.PlotLosses().Series;
        Assert.Equal(2, curves.Count);   // nothing is pre-trained without an Adaptor
        Assert.Equal(2, curves[0].Y.Count);
        Assert.Equal(live.Score(AdaptorArm.Adaptor, AdaptorPreTraining.Row, AdaptorPreTraining.LossColumn)!.Value, curves[0].Y[^1], 1e-9);

        Assert.Equal(3, live.Table.Rows[0].Text("AUROC (%) at 1, 10, 100 %").Split(", ").Length);

        var (pictures, dice) = live.Segment();
        Assert.Equal(["predicting nothing", "Adaptor, 1 % of the masks", "Adaptor, 10 % of the masks", "Adaptor, 100 % of the masks"], dice["Decoder"].Select(cell => cell.ToString()));
        Assert.Equal(0.775, dice[0].Number("Official Dice"), 9);   // nine of forty pictures have the finding
        Assert.Equal(0, dice[0].Number("Images with a mask only"));
        Assert.All(pictures.Rows, row => Assert.Equal(5, row.Cells.Count));
        Assert.Equal(["has the finding", "has the finding", "has no mask"], pictures.Rows.Select(row => row.Cells[0]!.Caption[0]));
    }

    [Fact]
    public void Over_one_token_texts_change_nothing_and_over_sequences_they_do()
    {
        var view = _experiment.LookAtAttention();

        const string change = "Swapping the texts changes image outputs by";
        const string gradient = "Gradient of queries and keys";
        Assert.Equal(["one token each", "token sequences"], view.Table["Tokens"].Select(cell => cell.ToString()));
        Assert.Equal(0, view.Table[0].Number(change));
        Assert.Equal(0, view.Table[0].Number(gradient));
        Assert.True(view.Table[0].Number("Gradient of values") > 0);
        Assert.True(view.Table[1].Number(change) > 1e-3);
        Assert.True(view.Table[1].Number(gradient) > 0);
        Assert.Equal(2, view.Losses.Series.Count);
    }

    [Fact]
    public void Tables_of_encoders_weights_and_time_have_a_row_for_each()
    {
        Assert.Equal(6, _experiment.Encoders().Rows.Count);
        Assert.Equal(2, _experiment.ShowPairs().Rows[0].Cells.Count);
        var weights = AdaptorExperiment.CountWeights();
        Assert.Equal(["12,207,617", "11,912,705", "12,011,009"], weights.Rows.Take(3).Select(row => row.Text("Trained weights")));
        Assert.Equal(0.893, weights.Rows[^1].Number("Adaptor on ViT-B/14 saves"), 3);

        var (chart, table) = _experiment.MeasureEpoch();

        Assert.Equal(3, chart.Series[0].Values.Count);
        Assert.All(chart.Series[0].Values, seconds => Assert.True(seconds > 0));
        Assert.Single(table.Rows);
        Assert.Contains("Throughput only", _experiment.DryRun().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_store_leaves_gaps_and_names_the_command()
    {
        var runs = _experiment.Stored();

        Assert.StartsWith("0 of ", runs.ToString(), StringComparison.Ordinal);
        Assert.Contains("./notebooks/sweep 05-adaptor", runs.ToString(), StringComparison.Ordinal);
        Chart[] charts = [runs.PlotLabels("consolidation"), runs.PlotLabels("three classes"), runs.PlotCost(), runs.PlotEncoders("consolidation", 1), runs.PlotSegmentation()];
        Assert.All(charts, chart => Assert.StartsWith("<svg", chart.ToSvg(), StringComparison.Ordinal));
        Assert.All(charts, chart => Assert.NotEmpty(chart.ToPlotly()["data"]!.AsArray()));
        ResultTable[] tables = [runs.Choices, runs.PreTraining, runs.Scores("consolidation"), runs.Scores("three classes"), runs.Differences, runs.Cost, runs.Spreads, runs.Segmentation, runs.Attention, AdaptorRuns.AuthorsClassification, AdaptorRuns.AuthorsSegmentation];
        Assert.All(tables, table => Assert.NotEmpty(table.ToString()));
        Assert.Equal(Outcome.RunsMissing, runs.Verdict.Outcome);
        Assert.Contains("consolidation, three classes", Assert.Throws<ArgumentException>(() => runs.PlotLabels("hearts")).Message, StringComparison.Ordinal);
        Assert.Contains("1, 10 and 100", Assert.Throws<ArgumentOutOfRangeException>(() => runs.PlotEncoders("consolidation", 50)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_runs_of_the_reported_seeds_become_curves_and_others_are_left_out()
    {
        var plan = AdaptorPlan.For(Scale.Demo);
        foreach (var (seed, value) in new (ulong, double)[] { (11, 0.5), (12, 0.7), (99, 0.1) })
        {
            Store(Open(Scale.Demo, seed), plan.Fit(AdaptorArm.Adaptor), value);
            Store(Open(Scale.Demo, seed), plan.Fit(AdaptorArm.EndToEnd), value + (seed == 11 ? 0.1 : 0.2));
        }

        Store(Open(Scale.Demo, 13), plan.Fit(AdaptorArm.Adaptor), 0.2, version: AdaptorSweep.Version + 1);
        Store(Open(Scale.Demo, 14), plan.Fit(AdaptorArm.Adaptor) with { Epochs = 1 }, 0.2);
        Store(Open(Scale.Smoke, 15), plan.Fit(AdaptorArm.Adaptor), 0.2);
        var runs = _experiment.Stored();

        var chart = runs.PlotLabels("consolidation");

        Assert.Equal(["end to end", "Adaptor"], chart.Series.Select(series => series.Name));
        Assert.Equal(0.6, chart.Series[1].Y[2], 9);
        Assert.Equal((0.5, 0.7), (chart.Series[1].Low![2], chart.Series[1].High![2]));
        Assert.Contains("4 of ", chart.Title, StringComparison.Ordinal);
        Assert.StartsWith("−15.0%", runs.Differences.Rows[0].Text("100 %"), StringComparison.Ordinal);
        Assert.Equal([50, 70], runs.PlotCost().Series.Single(series => series.Name == "Adaptor").Y);
    }

    [Theory]
    [InlineData(Outcome.Reproduced, Outcome.Reproduced, Outcome.Reproduced, Outcome.Reproduced, "it holds on images with a mask")]
    [InlineData(Outcome.Reproduced, Outcome.NotReproduced, Outcome.NotReproduced, Outcome.NotReproduced, "what beats 100 % is leaving masks empty")]
    [InlineData(Outcome.Reproduced, Outcome.Reproduced, Outcome.NotReproduced, Outcome.NotReproduced, "not above predicting nothing")]
    [InlineData(Outcome.NotReproduced, Outcome.NotReproduced, Outcome.Reproduced, Outcome.NotReproduced, "not even the official Dice is higher")]
    [InlineData(Outcome.Reproduced, Outcome.RunsMissing, Outcome.Reproduced, Outcome.RunsMissing, "runs missing: a reason")]
    public void The_claim_of_one_per_cent_needs_the_official_score_images_with_a_mask_and_more_than_predicting_nothing(Outcome official, Outcome positive, Outcome blank, Outcome expected, string words)
    {
        Outcome[] outcomes = [official, positive, blank];
        var parts = AdaptorCriteria.All.Where(criterion => criterion.Id.StartsWith("S6", StringComparison.Ordinal)).Select((criterion, i) => new Verdict
        {
            Criterion = criterion,
            Outcome = outcomes[i],
            Reason = outcomes[i] == Outcome.RunsMissing ? "a reason" : "",
            Scale = Scale.Demo,
            Results = [new ComparisonResult("original Dice term", new Interval(0.012, -0.01, 0.03, 5), 0.5, outcomes[i] == Outcome.Reproduced)],
            Format = new EstimateFormat(1, InPercent: true),
        }).ToArray();

        var verdict = AdaptorVerdict.Of(parts);

        Assert.Equal(expected, verdict.Outcome);
        Assert.Contains(words, verdict.Sentence, StringComparison.Ordinal);
        Assert.Equal(positive != Outcome.RunsMissing, verdict.Sentence.Contains("original Dice term 1.2% [−1.0, 3.0]", StringComparison.Ordinal));
    }

    [Fact]
    public void The_claim_of_one_per_cent_has_to_hold_with_one_Dice_term_in_all_its_parts()
    {
        bool[][] holds = [[true, true], [false, true], [true, false]];   // original and modified term: official score, images with a mask, above nothing
        var parts = AdaptorCriteria.All.Where(criterion => criterion.Id.StartsWith("S6", StringComparison.Ordinal)).Select((criterion, i) => new Verdict
        {
            Criterion = criterion,
            Outcome = Outcome.Reproduced,
            Scale = Scale.Demo,
            Results = [.. new[] { "original Dice term", "modified Dice term" }.Select((name, k) => new ComparisonResult(name, new Interval(0.012, -0.01, 0.03, 5), 0.5, holds[i][k]))],
            Format = new EstimateFormat(1, InPercent: true),
        }).ToArray();

        var verdict = AdaptorVerdict.Of(parts);

        Assert.Equal(Outcome.NotReproduced, verdict.Outcome);
        Assert.Contains("with the modified Dice term it is ahead, but not above predicting nothing", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_files_of_ones_own_the_example_takes_the_same_way()
    {
        using var own = _experiment.TrainOwn();

        Assert.StartsWith("Example: 48 drawn pairs", own.Source, StringComparison.Ordinal);
        Assert.Equal((128, 128), (own.Module.Options.ImageWidth, own.Module.Options.TextWidth));

        var set = own.OnSet();

        Assert.StartsWith("Example folder of drawn radiographs: 60 images", set.ToString(), StringComparison.Ordinal);
        Assert.Equal(["no Adaptor", "Adaptor"], set.Heads["Features"].Select(cell => cell.ToString()));
        Assert.NotNull(set.Masks);
        Assert.Equal(["1 %", "10 %", "100 %"], set.Masks["Masks"].Select(cell => cell.ToString()));
        Assert.All(set.Masks.Rows, row => Assert.InRange(row.Number("Predicting nothing"), 0.5, 1));
    }

    [Fact]
    public void Embeddings_of_ones_own_are_enough_and_one_file_alone_is_refused()
    {
        var (images, texts) = (_folder.File("images.npy"), _folder.File("texts.npy"));
        using (NewDisposeScope())
        {
            using var random = new Generator(1);
            EmbeddingFile.Write(images, randn([40, 24], generator: random));
            EmbeddingFile.Write(texts, randn([40, 12], generator: random));
        }

        var options = _experiment.Options.Own with { ImageEmbeddings = images, TextEmbeddings = texts };
        using var own = _experiment.TrainOwn(options);

        Assert.Equal("Your embeddings: images.npy and texts.npy", own.Source);
        Assert.Equal((24, 12), (own.Module.Options.ImageWidth, own.Module.Options.TextWidth));
        Assert.Equal(36, own.Table[0].Number("Pairs"));
        var set = own.OnSet();   // of the shipped encoder, which the module does not fit
        Assert.Single(set.Heads.Rows);
        Assert.Contains(set.Heads.Footnotes, note => note.Contains("24", StringComparison.Ordinal) && note.Contains("ROBUSTVLM_BACKBONE", StringComparison.Ordinal));
        Assert.Contains("Name both files", Assert.Throws<ArgumentException>(() => _experiment.TrainOwn(options with { TextEmbeddings = null })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encoders_and_pairs_of_ones_own_are_read_from_safetensors_and_from_a_table()
    {
        var folder = _folder.File("pairs");
        using (NewDisposeScope())
        {
            using var random = new Generator(1);
            using var vision = new VisionTransformerOptions { ImageSize = 32, PatchSize = 16, Width = 64, Heads = 1, Depth = 1 }.Create(random);
            using var text = new BertOptions { VocabularySize = 8, ContextLength = 16, Width = 64, Heads = 1, Depth = 1, HiddenWidth = 96, LanguageHead = false }.Create(random);
            Checkpoint.Save(vision, _folder.File("vit.safetensors"));
            Checkpoint.Save(text, _folder.File("bert.safetensors"));
            File.WriteAllText(_folder.File("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlungs\nclear\nno\n");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "pairs.csv"), "image,text\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i}.png,{(i == 3 ? "" : "lungs clear")}\n")));
            for (var i = 0; i < 12; i++)
            {
                ImageFile.Write(Path.Combine(folder, $"{i}.png"), rand([3, 20, 30], generator: random));
            }
        }

        using var own = _experiment.TrainOwn(_experiment.Options.Own with { Backbone = _folder.File("vit.safetensors"), Bert = _folder.File("bert.safetensors"), Pairs = folder });

        Assert.StartsWith("Your pairs: 11 of image-table", own.Source, StringComparison.Ordinal);   // one has no text
        Assert.Contains("A tenth of the images is held back; nothing says", own.ToString(), StringComparison.Ordinal);
        Assert.Equal((64, 64), (own.Module.Options.ImageWidth, own.Module.Options.TextWidth));
        var sizes = UserTextEncoder.SizesOf(_folder.File("bert.safetensors"));
        Assert.Equal((8, 16, 64, 1, 1, 96), (sizes.VocabularySize, sizes.ContextLength, sizes.Width, sizes.Depth, sizes.Heads, sizes.HiddenWidth));
        File.Delete(_folder.File("vocab.txt"));
        Assert.Contains("vocab.txt", Assert.Throws<FileNotFoundException>(() => UserTextEncoder.Load(Open(Scale.Smoke), _folder.File("bert.safetensors"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsna-pneumonia", "stage_2_train_labels.csv", "patientId,x,y,width,height,Target\na,,,,,0\n")]
    [InlineData("siim-pneumothorax", "train-rle.csv", "ImageId,EncodedPixels\n1.2,-1\n")]
    [InlineData("covidx", "train_COVIDx5.txt", "1 a.png COVID-19 cohen\n")]
    [InlineData("chexpert", "CheXpert-v1.0-small/train.csv", "Path,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices\nCheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg,1,,,,,,,,,,,,,\n")]
    [InlineData("mimic-cxr", "mimic-cxr-2.0.0-split.csv", "dicom_id,study_id,subject_id,split\na,1,10000032,train\n")]
    public void The_folders_of_the_papers_sets_are_recognised(string name, string table, string content)
    {
        var folder = _folder.File("set");
        Directory.CreateDirectory(Path.Combine(folder, "dicom-images-train"));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, table))!);   // not null: it lies in the folder
        File.WriteAllText(Path.Combine(folder, table), content);
        if (name == "covidx")
        {
            File.WriteAllText(Path.Combine(folder, "test_COVIDx5.txt"), "2 b.png normal rsna\n");
        }

        Assert.Equal(name, FolderTask.Recognise(folder).Name);
    }

    [Fact]
    public void Heads_and_decoders_of_paper_scale_run_two_steps_on_a_made_set()
    {
        using var own = _experiment.TrainOwn();
        var lab = Open(Scale.Paper);
        var set = DataSetRegistry.Open("image-table", own.WriteExample());

        var heads = AdaptorFolders.Heads(lab, [set], own.Module, null, 2);
        var masks = AdaptorFolders.Masks(lab, [set], own.Module, null, 2);

        Assert.Equal(2, heads.Rows.Count);
        Assert.Equal(3, masks.Rows.Count);
        Assert.Empty(_experiment.PublishedSets(own));   // at paper scale alone
        using var other = new AdaptorOptions { ImageWidth = 8, Width = 12, Layers = 0 }.Create(new Generator(1));
        var without = AdaptorFolders.Heads(lab, [set], other, null, 2);
        Assert.Single(without.Rows);
        Assert.Contains("so it is left out; name its encoder in ROBUSTVLM_BACKBONE", without.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_arm_has_a_colour_of_its_own()
    {
        string[] names = [.. Enum.GetValues<AdaptorArm>().Select(AdaptorPlan.NameOf)];

        Assert.Equal(names.Length, names.Select(Palette.Of).Distinct().Count());
        Assert.Equal(names.Select(Palette.Of), Palette.Assign(names));
    }

    [Fact]
    public void End_to_end_training_in_front_of_the_reader_is_refused() =>
        Assert.Contains("./notebooks/sweep 05-adaptor", Assert.Throws<ArgumentException>(() =>
            new AdaptorExperiment(Open(Scale.Smoke), new AdaptorExperimentOptions { LiveArms = [AdaptorArm.EndToEnd] }).Train()).Message, StringComparison.Ordinal);

    private Lab Open(Scale scale, ulong seed = 7) => Lab.At(_folder.Path, scale, seed);

    private static void Store(Lab lab, AdaptorRunOptions options, double value, int version = AdaptorSweep.Version) => lab.Store.Write(new RunRecord<AdaptorRunOptions>
    {
        Experiment = AdaptorSweep.Id,
        Options = options,
        MethodVersion = version,
        Checkpoints = new Dictionary<string, string>(),
        Environment = lab.Describe(TimeProvider.System.GetUtcNow()),
        Measurements =
        [
            .. AdaptorPlan.Fractions.Select(fraction => new Measurement(AdaptorTask.Binary.Name, AdaptorTask.Binary.Column(fraction), value)),
            new Measurement(AdaptorPreTraining.Row, AdaptorPreTraining.SecondsColumn, 10),
        ],
    });
}
