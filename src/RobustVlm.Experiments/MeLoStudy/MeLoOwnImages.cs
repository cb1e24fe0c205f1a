using System.Globalization;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.AttackADiagnosis;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.MeLoStudy;

/// <summary>Full fine-tuning, linear probe and MeLo on somebody's own images.</summary>
/// <param name="Source">Where the images came from, in words.</param>
/// <param name="Summary">How many there are, and of which classes.</param>
/// <param name="Table">Test AUROC of the methods, with the learning rates that the validation part chose.</param>
/// <param name="Plot">The same as bars.</param>
/// <param name="Pictures">Some test images with MeLo's answers.</param>
public sealed record MeLoOwnImages(string Source, string Summary, ResultTable Table, BarChart Plot, ContactSheet Pictures)
{
    private const int Resamples = 300;
    private const int ShownImages = 12;

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Summary}";

    internal static MeLoOwnImages Train(Lab lab, MeLoExperimentOptions options, string? folder, string? backboneFile)
    {
        var given = folder ?? Environment.GetEnvironmentVariable(OwnImages.FolderVariable);
        var example = string.IsNullOrWhiteSpace(given);
        var set = FolderTask.Recognise(example ? FolderTask.WriteExample(lab) : given!);   // not null: example covers that
        return Train(lab, options, set, example ? "Example folder of drawn skin lesions" : "Your folder", backboneFile);
    }

    /// <summary>One set, all three methods: learning rates by the validation part of the first seed, then every seed.</summary>
    internal static MeLoOwnImages Train(Lab lab, MeLoExperimentOptions options, Data.Sets.IImageSet set, string source, string? backboneFile)
    {
        var (backbone, description) = UserBackbone.Load(lab, backboneFile);
        using var owned = backbone;
        using var progress = Lab.Progress("Your own images");
        using var task = FolderTask.Read(lab, set, backbone.Options.ImageSize, share => progress.Report(0.1 * share, "reading"));
        var name = set.Name;
        var mirrored = lab.Scale == Scale.Paper && name != "bloodcell";
        var rates = MeLoPreset.Arms.ToDictionary(arm => arm, arm => MeLoPreset.Rates(arm, backbone.Options.Width) is var all && options.OwnLearningRates >= all.Count ? all : [all[1]]);
        var total = rates.Values.Sum(list => list.Count) + (MeLoPreset.Arms.Count * (options.OwnSeeds - 1));
        var done = 0;
        LiveFit Fit(Lab at, MeLoArm arm, double rate)
        {
            var recipe = MeLoPreset.Published(arm, rate, mirrored) with { Epochs = options.OwnEpochs, BatchSize = options.OwnBatchSize };
            var fit = LiveFit.Train(at, backbone, name, task.Classes.Count, task.Data, arm, recipe, share => progress.Report(0.1 + (0.9 * (done + share) / total), arm.Name));
            done++;
            return fit;
        }

        var rows = new List<OwnRow>();
        ContactSheet? pictures = null;
        foreach (var arm in MeLoPreset.Arms)
        {
            LiveFit? best = null;
            foreach (var rate in rates[arm])
            {
                var fit = Fit(lab, arm, rate);
                if (best is null || fit.Result.BestScore > best.Result.BestScore)
                {
                    best?.Dispose();
                    best = fit;
                }
                else
                {
                    fit.Dispose();
                }
            }

            var chosen = best!;   // not null: there is a learning rate
            var interval = Interval(chosen, task.Data.Test);
            var others = new List<double>();
            for (var seed = 1; seed < options.OwnSeeds; seed++)
            {
                using var fit = Fit(lab.WithSeed(lab.Seed + (ulong)seed), arm, chosen.LearningRate);
                others.Add(fit.Auroc);
            }

            rows.Add(new OwnRow(arm.Name, chosen.Result.TrainedParameters, chosen.LearningRate, chosen.Result.BestScore, interval, [chosen.Auroc, .. others]));
            pictures = arm.Mode == MeLoMode.LowRank ? Draw(chosen, task) : pictures;
            chosen.Dispose();
        }

        progress.Finish($"{task.Count} images, {total} trainings");
        return new MeLoOwnImages(source, task.ToString(), TableOf(rows, task, description, options), PlotOf(rows, task), pictures!);   // not null: one arm is MeLo
    }

    // Over test images: it says how far the choice of images moves the number, not how far the seed does.
    private static Interval Interval(LiveFit fit, TaskPart test)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var logits = MeLo.Logits(fit.Result.Classifier, test.Images).cpu();
        var labels = test.Labels.cpu();
        using var random = new Generator(1);
        var draws = new List<double>();
        for (var i = 0; i < Resamples; i++)
        {
            using var inner = NewDisposeScope();
            var chosen = randint(test.Count, [test.Count], dtype: ScalarType.Int64, generator: random);
            draws.Add(Auroc.Macro(logits.index_select(0, chosen), labels.index_select(0, chosen)));
        }

        double[] sorted = [.. draws.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? new Interval(fit.Auroc, double.NaN, double.NaN, test.Count)
            : new Interval(fit.Auroc, Statistics.Quantile(sorted, 0.025), Statistics.Quantile(sorted, 0.975), test.Count);
    }

    private static ResultTable TableOf(List<OwnRow> rows, FolderTask task, string backbone, MeLoExperimentOptions options) => ResultTable
        .From(rows.Select(row => new { row.Method, row.Trained, row.LearningRate, row.Validation, row.Test, Seeds = string.Join(", ", row.Seeds.Select(value => value.ToString("0.000", CultureInfo.InvariantCulture))) }))
        .Rename("Trained", "Trained weights").Rename("LearningRate", "Learning rate").Rename("Validation", "Validation AUROC").Rename("Test", "Test AUROC").Rename("Seeds", "Test AUROC of each seed")
        .WithDecimals("Learning rate", 5).WithDecimals("Validation AUROC", 3).WithDecimals("Test AUROC", 3)
        .WithCaption($"Macro AUROC on {task.Data.Test.Count} test images; 95 % interval over images; {options.OwnEpochs} epochs")
        .WithFootnotes([$"Backbone: {backbone}.", .. task.Notes]);

    private static BarChart PlotOf(List<OwnRow> rows, FolderTask task) => new()
    {
        Title = $"Own images: macro AUROC on {task.Data.Test.Count} test images, 95 % interval over images",
        YTitle = "macro AUROC",
        YRange = (Math.Min(0.45, rows.Min(row => double.IsFinite(row.Test.Low) ? row.Test.Low : row.Test.Value) - 0.02), 1),
        Categories = [.. rows.Select(row => row.Method)],
        ColorByCategory = true,
        Series = [new BarSeries("test", [.. rows.Select(row => row.Test.Value)]) { Low = [.. rows.Select(row => row.Test.Low)], High = [.. rows.Select(row => row.Test.High)] }],
        References = [new ReferenceLine(0.5, "guessing")],
        Height = 380,
    };

    private static ContactSheet Draw(LiveFit fit, FolderTask task)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var test = task.Data.Test;
        var shown = Math.Min(ShownImages, test.Count);
        var step = Math.Max(1, test.Count / shown);
        var places = tensor(Enumerable.Range(0, shown).Select(i => (long)(i * step)).ToArray(), device: test.Images.device);
        var images = test.Images.index_select(0, places);
        var logits = MeLo.Logits(fit.Result.Classifier, images);
        var labels = test.Labels.index_select(0, places).cpu();
        var cells = Enumerable.Range(0, shown).Select(i =>
        {
            if (!task.HasSeveralLabels)
            {
                return AttackPictures.Answer(images, logits.softmax(1), i, (int)labels[i].item<long>(), task.Classes);
            }

            var likeliest = (int)logits[i].argmax().item<long>();
            return new GridCell(TensorPicture.Of(images, i), string.Create(CultureInfo.InvariantCulture, $"{task.Classes[likeliest]} {logits[i, likeliest].sigmoid().item<float>():P0}"))
            {
                Mark = labels[i, likeliest].item<float>() > 0.5 ? CellMark.Right : CellMark.Wrong,
            };
        }).ToArray();
        return new ContactSheet(new ImageGrid
        {
            Title = task.HasSeveralLabels ? "Test images with MeLo's likeliest label" : "Test images with MeLo's answers",
            Rows = [.. cells.Chunk(6).Select(row => new GridRow(row))],
            CellSize = 112,
        })
        { Quality = MeLoServer.PictureQuality };
    }

    private sealed record OwnRow(string Method, long Trained, double LearningRate, double Validation, Interval Test, IReadOnlyList<double> Seeds);
}
