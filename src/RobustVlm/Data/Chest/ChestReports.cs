using System.Globalization;
using static TorchSharp.torch;

namespace RobustVlm.Data.Chest;

/// <summary>Short radiology reports of chest phantoms: finding, side, severity, zone, what is absent, impression.</summary>
/// <remarks>
/// Synonyms, order and completeness vary. About one report in eight names only the finding, the way somebody would ask for it;
/// without those, a model knows prompts of that kind badly.
/// </remarks>
public static class ChestReports
{
    // Random decisions per report; none needs more.
    private const int Choices = 20;

    private static readonly IReadOnlyList<string>[] s_prompts = [.. Findings.All.Select(MakePrompts)];

    /// <summary>Sentences that describe each class, for zero-shot classification, in the order of <see cref="Finding"/>.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> AllPrompts => s_prompts;

    /// <summary>Sentences that describe a class in every wording, side, severity and zone.</summary>
    /// <param name="finding">The class.</param>
    /// <returns>At least a dozen sentences.</returns>
    public static IReadOnlyList<string> Prompts(Finding finding) => s_prompts[(int)finding];

    /// <summary>One plain sentence for a class.</summary>
    /// <param name="finding">The class.</param>
    /// <returns>For example "Chest radiograph showing pleural effusion."</returns>
    public static string Prompt(Finding finding) => ReportGrammar.Sentences($"chest radiograph showing {ReportGrammar.Names[(int)finding][0]}");

    /// <summary>The same few sentences for any name of a class.</summary>
    /// <param name="name">For example "pleural effusion".</param>
    internal static IReadOnlyList<string> PlainPrompts(string name) =>
        [ReportGrammar.Sentences($"chest radiograph showing {name}"), ReportGrammar.Sentences($"frontal chest radiograph with {name}"), ReportGrammar.Sentences(name), ReportGrammar.Sentences($"impression: {name}")];

    /// <summary>A tokenizer that knows every word of the reports.</summary>
    /// <param name="maxLength">Largest number of tokens of a text, at least three; the longest report has 28.</param>
    /// <param name="more">Texts with further words that it shall know, e.g. questions.</param>
    /// <returns>The tokenizer; always the same for the same length and texts.</returns>
    public static WordTokenizer Tokenizer(int maxLength = 28, IEnumerable<string>? more = null) => new(ReportGrammar.Phrases().Concat(more ?? []), maxLength);

    /// <summary>Writes new reports for rendered images.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="perImage">Reports for each image, at least one.</param>
    /// <param name="random">Source of the wording.</param>
    /// <returns>For each image its reports.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Write(PhantomBatch batch, int perImage, Generator random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(perImage, 1);
        var cases = new PhantomCases(batch.Labels, batch.Sides, batch.Grades, batch.Severities, batch.Zones, batch.Sites, batch.Patients);
        return Write(cases, perImage, random);
    }

    internal static IReadOnlyList<IReadOnlyList<string>> Write(PhantomCases cases, int perImage, Generator random)
    {
        using var scope = NewDisposeScope();
        var count = (int)cases.Labels.shape[0];
        var numbers = rand([(long)count * perImage, Choices], device: random.device, generator: random).cpu().data<float>().ToArray();
        var (labels, sides, grades) = (Read(cases.Labels), Read(cases.Sides), Read(cases.Grades));
        var (zones, sites) = (Read(cases.Zones), Read(cases.Sites));
        var reports = new IReadOnlyList<string>[count];
        for (var i = 0; i < count; i++)
        {
            var one = new ReportCase((Finding)labels[i], (int)sides[i], (int)grades[i], (int)zones[i], (int)sites[i]);
            reports[i] = [.. Enumerable.Range(i * perImage, perImage).Select(k => WriteOne(one, new Chooser(numbers.AsMemory(k * Choices, Choices))))];
        }

        return reports;
    }

    private static long[] Read(Tensor values) => values.cpu().data<long>().ToArray();

    private static string WriteOne(ReportCase one, Chooser choose)
    {
        var finding = one.Finding;
        var ill = finding != Finding.Normal;
        var view = choose.From(ReportGrammar.Views[one.Site]);
        var described = Describe(one, choose);
        var style = choose.Next();
        if (style < 0.12)
        {
            var name = choose.From(ReportGrammar.Names[(int)finding]);
            return ReportGrammar.Sentences(choose.From([name, $"{view} showing {name}", $"{view} with {name}", $"impression: {name}"]));
        }

        if (style < 0.35)
        {
            return ReportGrammar.Sentences(choose.From([$"{view} showing {described}", $"{view} with {described}", described]));
        }

        var remark = string.Format(CultureInfo.InvariantCulture, choose.From(ReportGrammar.Remarks[(int)finding]), one.SideWord);
        var absent = Absent(finding, choose);
        var impression = ill ? choose.From(ReportGrammar.Names[(int)finding]) : choose.From(ReportGrammar.NormalImpressions);
        impression = $"impression: {(finding.HasSide() ? $"{one.SideWord} {impression}" : impression)}";
        string[] rest = choose.From<string[]>([[remark], [absent], [impression], [remark, absent], [absent, impression], [remark, impression]]);
        return choose.Next() < 0.6 ? ReportGrammar.Sentences([view, described, .. rest]) : ReportGrammar.Sentences([described, .. rest]);
    }

    private static string Describe(ReportCase one, Chooser choose)
    {
        var name = choose.From(ReportGrammar.Names[(int)one.Finding]);
        var degree = one.Grade < 0 ? "" : choose.From(ReportGrammar.Degrees(one.Finding)[one.Grade]);
        var zone = one.Zone < 0 ? "" : $"{choose.From(ReportGrammar.Zones[one.Zone])} {choose.From(ReportGrammar.Regions)}";
        return ReportGrammar.Describe(one.Finding, name, degree, one.SideWord, zone);
    }

    private static string Absent(Finding finding, Chooser choose)
    {
        var others = Findings.All.Where(other => other != Finding.Normal && other != finding).ToArray();
        var first = choose.From(others);
        var second = choose.From([.. others.Where(other => other != first)]);
        var name = choose.From(ReportGrammar.Names[(int)first]);
        return choose.Next() < 0.5
            ? $"{choose.From(ReportGrammar.Negations)} {name}"
            : $"no {name} or {choose.From(ReportGrammar.Names[(int)second])}";
    }

    private static List<string> MakePrompts(Finding finding)
    {
        string[] zones = finding.HasZone() ? ["upper zone", "mid zone", "lower zone"] : [""];
        string[] sides = finding.HasSide() ? ReportGrammar.Sides : [""];
        string[] degrees = finding == Finding.Normal ? [""] : [.. ReportGrammar.Degrees(finding).Select(words => words[^1])];
        var prompts = new List<string>();
        foreach (var name in ReportGrammar.Names[(int)finding])
        {
            var places = from degree in degrees from side in sides from zone in zones select ReportGrammar.Describe(finding, name, degree, side, zone);
            foreach (var described in places)
            {
                prompts.Add(ReportGrammar.Sentences(described));
                prompts.Add(ReportGrammar.Sentences($"frontal chest radiograph showing {described}"));
                prompts.Add(ReportGrammar.Sentences($"portable chest radiograph with {described}"));
                prompts.Add(ReportGrammar.Sentences(described, $"impression: {name}"));
            }
        }

        return prompts;
    }

    /// <summary>What is known about one image; -1 where a property does not apply.</summary>
    private readonly record struct ReportCase(Finding Finding, int Side, int Grade, int Zone, int Site)
    {
        internal string SideWord => Side < 0 ? "" : ReportGrammar.Sides[Side];
    }
}
