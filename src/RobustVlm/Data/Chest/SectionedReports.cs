using System.Globalization;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Settings of <see cref="SectionedReports"/>.</summary>
public sealed record SectionedReportOptions
{
    /// <summary>Share of the reports that leave out the finding, in [0, 1], as readers overlook one or find it not worth a word.</summary>
    public double DropRate { get; init; } = 0.1;

    /// <summary>Largest number of sentences on things that do not matter, 0 to 4.</summary>
    public int Distractors { get; init; } = 2;
}

/// <summary>Long reports of chest phantoms with FINDINGS and IMPRESSION, as in MIMIC-CXR (Johnson et al. 2019).</summary>
/// <remarks>
/// Beside the finding they speak of lungs, heart and pleura where these are normal, and of things that have nothing to do with the class.
/// Some leave the finding out: their text fits a normal image, as reports of a real archive do now and then.
/// </remarks>
public static class SectionedReports
{
    /// <summary>Largest number of distractors in a report.</summary>
    private const int MostDistractors = 4;

    // Random decisions per report; none needs more.
    private const int Choices = 32;

    private static readonly string[] s_distractors =
    [
        "the bony thorax is intact", "degenerative changes of the spine", "the trachea is midline", "no comparison is available",
        "the visualized upper abdomen is unremarkable", "the patient is slightly rotated", "old healed rib fracture", "the aorta is tortuous",
    ];

    private static readonly string[] s_bedside = ["monitoring leads overlie the chest", "support lines are in place", "the film is limited by portable technique"];

    private static readonly string[][] s_lungs = [["the lungs are clear"], ["no focal consolidation"], ["lungs are well expanded and clear"]];

    private static readonly string[] s_heart = ["the heart size is normal", "the cardiac silhouette is within normal limits", "normal cardiomediastinal contours"];

    private static readonly string[] s_pleura = ["no pleural effusion or pneumothorax", "the pleural spaces are clear", "the costophrenic angles are sharp"];

    /// <summary>Writes one report for each rendered image.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="random">Source of the wording and of what is left out.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <returns>The reports in the order of the images.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public static IReadOnlyList<SectionedReport> Write(PhantomBatch batch, Generator random, SectionedReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        options ??= new SectionedReportOptions();
        if (options.DropRate is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.DropRate, "Choose DropRate from 0 to 1.");
        }

        if (options.Distractors is < 0 or > MostDistractors)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Distractors, $"Choose Distractors from 0 to {MostDistractors}.");
        }

        using var scope = NewDisposeScope();
        var numbers = rand([batch.Count, Choices], device: random.device, generator: random).cpu().data<float>().ToArray();
        var (labels, sides, grades) = (Read(batch.Labels), Read(batch.Sides), Read(batch.Grades));
        var (zones, sites) = (Read(batch.Zones), Read(batch.Sites));
        return
        [
            .. Enumerable.Range(0, batch.Count).Select(i => WriteOne(
                (Finding)labels[i], (int)sides[i], (int)grades[i], (int)zones[i], (RadiographSite)sites[i], options, new Chooser(numbers.AsMemory(i * Choices, Choices)))),
        ];
    }

    private static long[] Read(Tensor values) => values.cpu().data<long>().ToArray();

    private static SectionedReport WriteOne(
        Finding finding, int side, int grade, int zone, RadiographSite site, SectionedReportOptions options, Chooser choose)
    {
        var dropped = choose.Next() < options.DropRate && finding != Finding.Normal;
        var told = dropped ? Finding.Normal : finding;
        var sentences = new List<string>();
        if (told != Finding.Normal)
        {
            var sideWord = side < 0 ? "" : ReportGrammar.Sides[side];
            var place = zone < 0 ? "" : $"{choose.From(ReportGrammar.Zones[zone])} {choose.From(ReportGrammar.Regions)}";
            var described = ReportGrammar.Describe(
                told, choose.From(ReportGrammar.Names[(int)told]), choose.From(ReportGrammar.Degrees(told)[grade]), sideWord, place);
            sentences.Add(choose.From([$"there is {described}", described]));
            if (choose.Next() < 0.5)
            {
                sentences.Add(string.Format(CultureInfo.InvariantCulture, choose.From(ReportGrammar.Remarks[(int)told]), sideWord));
            }
        }

        // What is normal is said of the organs that the finding does not touch.
        var inLung = told is Finding.Consolidation or Finding.Nodule or Finding.Edema or Finding.Pneumothorax;
        if (!inLung && told != Finding.PleuralEffusion)
        {
            sentences.Add(choose.From(choose.From(s_lungs)));
        }

        if (told != Finding.Cardiomegaly)
        {
            sentences.Add(choose.From(s_heart));
        }

        if (told is not (Finding.PleuralEffusion or Finding.Pneumothorax))
        {
            sentences.Add(choose.From(s_pleura));
        }

        string[] asides = site == RadiographSite.Portable ? [.. s_distractors, .. s_bedside] : s_distractors;
        for (var i = (int)(choose.Next() * (options.Distractors + 1)); i > 0; i--)
        {
            var aside = choose.From(asides);
            if (!sentences.Contains(aside))
            {
                sentences.Insert((int)(choose.Next() * (sentences.Count + 1)), aside);
            }
        }

        var conclusion = told == Finding.Normal
            ? choose.From(ReportGrammar.NormalImpressions)
            : $"{(told.HasSide() ? $"{ReportGrammar.Sides[side]} " : "")}{choose.From(ReportGrammar.Names[(int)told])}";
        return new SectionedReport(ReportGrammar.Sentences(sentences), ReportGrammar.Sentences([conclusion]), !dropped);
    }
}
