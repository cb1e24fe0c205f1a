using System.Text;
using RobustVlm.Attacks;
using RobustVlm.Data;
using RobustVlm.Data.Chest;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackADiagnosis;

/// <summary>Somebody's own images, classified by a linear probe on the frozen image encoder, clean and attacked.</summary>
/// <param name="Source">Where the images came from, in words.</param>
/// <param name="Summary">How many there are, and of which classes.</param>
/// <param name="Table">Accuracy clean and under attack, beside always answering the commonest class.</param>
/// <param name="Pictures">Some test images before and after the attack.</param>
public sealed record OwnImages(string Source, string Summary, ResultTable Table, ImageGrid Pictures)
{
    /// <summary>The environment variable that names the folder of images.</summary>
    public const string FolderVariable = "ROBUSTVLM_IMAGES";

    private const double ShownBudget = 2;
    private const int ExampleImages = 140;
    private const int ShownImages = 3;

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Summary}";

    internal static OwnImages Probe(Lab lab, AttackADiagnosisOptions options, TrainedClip model, PgdOptions pgd, string? folder)
    {
        var given = folder ?? Environment.GetEnvironmentVariable(FolderVariable);
        var example = string.IsNullOrWhiteSpace(given);
        var chosen = example ? WriteExample(lab, options) : given!;   // not null: example covers that
        using var scope = NewDisposeScope();
        using var progress = Lab.Progress("Your own images");
        using var images = ImageFolder.Load(chosen, options.Training.ImageSize, progress: new Forward(share => progress.Report(share / 2, "reading")));
        var (learnImages, learnLabels) = On(lab, images.Part(test: false));
        var (testImages, testLabels) = On(lab, images.Part(test: true));
        using var probe = LinearProbe.Fit(model.Model.EncodeImage, learnImages, learnLabels, images.Classes.Count);

        var clean = ClassifierEvaluation.OnClean(probe.Logits, testImages, testLabels);
        using var random = lab.Random("own images: attack");
        var budgets = options.Budgets.Select(PixelBudget.Of255).ToArray();
        var attacked = ClassifierEvaluation.OnAttacked(probe.Logits, testImages, testLabels, new Pgd(pgd), budgets, random, progress: share => progress.Report(0.5 + (share / 2), "attacking"));
        progress.Finish($"{images.Count} images, {images.Classes.Count} classes");

        var pictures = Draw(lab, probe, pgd, images, testImages, testLabels, clean);
        return new OwnImages(
            example ? "Example folder of synthetic radiographs" : "Your folder", images.ToString(), TableOf(images, learnLabels, clean, attacked), pictures);
    }

    private static (Tensor Images, Tensor Labels) On(Lab lab, (Tensor Images, Tensor Labels) part) => (part.Images.to(lab.Device), part.Labels.to(lab.Device));

    private static ResultTable TableOf(LabelledImages images, Tensor learnLabels, ClassifierResult clean, IReadOnlyList<ClassifierResult> attacked)
    {
        var commonest = learnLabels.bincount(null).argmax().item<long>();
        var rows = attacked.Select(result => Measurement.Of($"PGD at {result.Epsilon}", "Right", Statistics.Wilson([.. result.Correct])))
            .Prepend(Measurement.Of("clean", "Right", Statistics.Wilson([.. clean.Correct])))
            .Prepend(Measurement.Of($"always '{images.Classes[(int)commonest]}'", "Right", Statistics.Wilson([.. clean.Labels.Select(label => label == commonest)])));
        return ResultTable.FromMeasurements(rows, "Images")
            .WithCaption($"Linear probe on the frozen image encoder: {images.TestCount} test images, learned from {images.Count - images.TestCount}")
            .WithFootnotes([.. images.Notes]);
    }

    private static ImageGrid Draw(Lab lab, LinearProbe probe, PgdOptions pgd, LabelledImages images, Tensor testImages, Tensor testLabels, ClassifierResult clean)
    {
        var right = clean.Correct.Index().Where(c => c.Item).Select(c => (long)c.Index).ToArray();
        var shown = right.GroupBy(i => clean.Labels[(int)i]).SelectMany(group => group.Take(ShownImages)).Concat(right).Distinct().Take(ShownImages).ToArray();
        if (shown.Length == 0)
        {
            shown = [.. Enumerable.Range(0, Math.Min(ShownImages, clean.Labels.Count)).Select(i => (long)i)];
        }

        var chosen = tensor(shown, device: lab.Device);
        var (originals, truth) = (testImages.index_select(0, chosen), testLabels.index_select(0, chosen));
        using var random = lab.Random("own images: pictures");
        var budget = PixelBudget.Of255(ShownBudget);
        var attacked = new Pgd(pgd with { Epsilon = budget }).Perturb(probe.Logits, originals, truth, random);
        return AttackPictures.Show(originals, attacked, clean.Labels, shown, probe.Logits, images.Classes, budget);
    }

    // Takes the same way as real images: files, a table, the reader.
    private static string WriteExample(Lab lab, AttackADiagnosisOptions options)
    {
        var folder = Path.Combine(lab.WorkFolder(AttackADiagnosisExperiment.Id), "example-images");
        Directory.CreateDirectory(folder);
        using var random = lab.Random("own images: example");
        using var scope = NewDisposeScope();
        var kinds = tensor(Enumerable.Range(0, ExampleImages).Select(i => i % 2 == 0 ? 0L : 1 + (i / 2 % (Findings.All.Count - 1))).ToArray());
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = 2 * options.Training.ImageSize, Site = RadiographSite.Portable }).Render(kinds, random, CPU);
        var labels = batch.Labels.data<long>().ToArray();
        var table = new StringBuilder("image,label,patient\n");
        for (var i = 0; i < batch.Count; i++)
        {
            var name = $"radiograph-{i:000}.png";
            ImageFile.Write(Path.Combine(folder, name), batch.Images[i]);
            table.Append(name).Append(',').Append(labels[i] == 0 ? "normal" : "finding").Append(',').Append(i).Append('\n');
        }

        File.WriteAllText(Path.Combine(folder, "example-images.csv"), table.ToString());
        return folder;
    }

    private sealed class Forward(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
