using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Attacks.Pairs;
using RobustVlm.Attacks.Text;
using RobustVlm.Data.Chest;
using RobustVlm.Evaluation;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.AttackTour;

/// <summary>Radiographs with five reports each, the mini CLIP that finds the one by the other, and the attacks on both.</summary>
public sealed class PairTour : IDisposable
{
    private const int ReportsPerImage = 5;
    private const string LanguageModelName = "mini-bert-captions-v1";

    // At one hit in the first place the words alone decide; among ten the attacks stay apart.
    private const int Among = 10;

    private readonly Lab _lab;
    private readonly Clip _clip;
    private readonly Bert _bert;
    private readonly ClipImageTextModel _model;
    private readonly BertMaskedLanguageModel _language;
    private readonly Tensor _images;
    private readonly IReadOnlyList<IReadOnlyList<string>> _captions;

    internal PairTour(Lab lab, int pairs)
    {
        _lab = lab;
        (_clip, var tokenizer) = ShippedCheckpoints.MiniClip(lab);
        _clip.eval();
        _bert = ShippedCheckpoints.Load<Bert>(lab, LanguageModelName);
        _bert.eval();
        _model = new ClipImageTextModel(_clip, tokenizer);
        _language = new BertMaskedLanguageModel(_bert, ShippedCheckpoints.Tokenizer(lab, _bert.Options.ContextLength));
        using var scope = NewDisposeScope();
        using var random = lab.Random("pairs");
        using var batch = new ChestPhantom(new ChestPhantomOptions { Size = _clip.Options.Image.ImageSize, ReportsPerImage = ReportsPerImage }).Render(pairs, random, lab.Device);
        _images = batch.Images.expand(-1, 3, -1, -1).contiguous().DetachFromDisposeScope();
        _captions = [.. batch.Reports.Select(reports => (IReadOnlyList<string>)[.. reports])];
    }

    /// <summary>How well image and report find each other before any attack.</summary>
    public RetrievalRecall Clean => RetrievalRecall.Of(_model, _images, _captions);

    /// <summary>Reports before and after rewriting by rules and by BERT-Attack; changed words are in capitals.</summary>
    /// <param name="count">Reports to show.</param>
    public ResultTable Words(int count = 6)
    {
        string[] reports = [.. _captions.Take(count).Select(own => own[0])];
        using var random = _lab.Random("pairs: words");
        var rules = new CaptionRewrite().Rewrite(reports, random);
        var words = new BertAttack(_language).Perturb(_model, reports, random);
        return ResultTable.From(reports.Select((report, i) => new WordRow(report, Marked(report, rules[i]), Marked(report, words[i]))))
            .Rename("RewrittenByRules", "Rewritten by rules").Rename("BertAttack", "BERT-Attack").WithCaption("Reports and their attacked versions; changed words in capitals");
    }

    /// <summary>Attack success: the share of images and reports that found each other among the first ten before the attack and do not after it.</summary>
    /// <param name="budget">Largest change of a picture.</param>
    public ResultTable Attack(PixelBudget budget)
    {
        using var progress = Lab.Progress("Attacking pairs");
        var attacks = Attacks(_language);
        var clean = Clean;
        var rows = new List<Measurement>();
        foreach (var (number, attack) in attacks.Index())
        {
            using var random = _lab.Random("pairs: attack");
            using var attacked = attack.WithEpsilon(budget).Perturb(_model, _images, _captions, random, share => progress.Report((number + share) / attacks.Count, attack.Name));
            var after = RetrievalRecall.Of(_model, attacked.Images, attacked.Captions);
            rows.AddRange(Rows(attack.Name, "images", clean.TextHits(Among), after.TextHits(Among)));
            rows.AddRange(Rows(attack.Name, "reports", clean.ImageHits(Among), after.ImageHits(Among)));
        }

        progress.Finish($"{attacks.Count} attacks on {_captions.Count} images with {ReportsPerImage} reports each");
        return ResultTable.FromMeasurements(rows, "Attack").WithCaption(string.Create(
            CultureInfo.InvariantCulture,
            $"Attack success at {budget}. Lost: of the images (reports) with a match among the first {Among} before, how many have none after, as SGA counts. Drop: share before ({clean.TextAt(Among):P1} of the images, {clean.ImageAt(Among):P1} of the reports) minus share after, as Co-Attack counts"));
    }

    /// <summary>The table of <see cref="Attack"/> as bars.</summary>
    /// <param name="table">The table.</param>
    public static BarChart Plot(ResultTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new BarChart
        {
            Title = "Images, words, or both at once",
            YTitle = "attack success",
            PercentY = true,
            YRange = (0, 1),
            Categories = [.. table.Rows.Select(row => row.Text("Attack"))],
            Series = [.. table.Columns.Where(column => column.Name.EndsWith("lost", StringComparison.Ordinal)).Select(column => new BarSeries(column.Name, [.. table.Rows.Select(row => row.Number(column.Name))]))],
        };
    }

    /// <summary>Attacks on images, on captions, on both apart, and on both together, with their usual settings.</summary>
    internal static IReadOnlyList<IImageTextAttack> Attacks(IMaskedLanguageModel language) =>
    [
        new SepAttack(language, new SepAttackOptions { AttackTexts = false }), new SepAttack(language, new SepAttackOptions { AttackImages = false }),
        new SepAttack(language), new CoAttack(language), new Sga(language),
    ];

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <inheritdoc/>
    public override string ToString() => $"{_captions.Count} radiographs with {ReportsPerImage} reports each; words proposed by {LanguageModelName}; {Clean}";

    /// <summary>Frees models and pictures.</summary>
    public void Dispose()
    {
        _clip.Dispose();
        _bert.Dispose();
        _images.Dispose();
    }

    private static Measurement[] Rows(string attack, string what, IReadOnlyList<bool> clean, IReadOnlyList<bool> attacked)
    {
        var success = AttackSuccess.Of(clean, attacked);
        bool[] lost = [.. clean.Zip(attacked).Where(pair => pair.First).Select(pair => !pair.Second)];
        var share = lost.Length == 0 ? new Measurement(attack, $"{what} lost", success.OfRight) : Measurement.Of(attack, $"{what} lost", Statistics.Wilson(lost));
        return [share, new Measurement(attack, $"{what}: drop", success.Drop, N: clean.Count)];
    }

    /// <summary>The changed report, with words that are new in it in capitals.</summary>
    internal static string Marked(string before, string after)
    {
        var known = before.Split(' ').ToHashSet();
        return string.Join(' ', after.Split(' ').Select(word => known.Contains(word) ? word : word.ToUpperInvariant()));
    }

    private sealed record WordRow(string Report, string RewrittenByRules, string BertAttack);
}
