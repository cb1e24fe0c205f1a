using System.Text.RegularExpressions;

namespace RobustVlm.Data.Chest;

/// <summary>Reads what reports in the wording of <see cref="ChestReports"/> and <see cref="SectionedReports"/> state.</summary>
public static partial class ReportFacts
{
    // Remarks that speak of a finding without naming it.
    private static readonly (string Phrase, Finding Finding, bool Present)[] s_remarks =
    [
        ("heart size is normal", Finding.Cardiomegaly, false), ("heart is normal", Finding.Cardiomegaly, false), ("normal heart", Finding.Cardiomegaly, false),
        ("cardiac silhouette is normal", Finding.Cardiomegaly, false),
        ("silhouette is within normal limits", Finding.Cardiomegaly, false), ("normal cardiomediastinal contours", Finding.Cardiomegaly, false),
        ("heart size is enlarged", Finding.Cardiomegaly, true), ("heart is enlarged", Finding.Cardiomegaly, true), ("cardiac silhouette is enlarged", Finding.Cardiomegaly, true),
        ("heart is wide", Finding.Cardiomegaly, true), ("enlarged cardiomediastinal contours", Finding.Cardiomegaly, true), ("silhouette is beyond normal limits", Finding.Cardiomegaly, true),
        ("costophrenic angle is blunted", Finding.PleuralEffusion, true), ("costophrenic angles are blunted", Finding.PleuralEffusion, true), ("fluid at the", Finding.PleuralEffusion, true),
        ("costophrenic angles are sharp", Finding.PleuralEffusion, false), ("costophrenic angle is sharp", Finding.PleuralEffusion, false), ("pleural spaces are clear", Finding.PleuralEffusion, false),
        ("air bronchograms are seen", Finding.Consolidation, true), ("hazy opacity", Finding.Consolidation, true),
        ("partly collapsed", Finding.Pneumothorax, true), ("pleural line", Finding.Pneumothorax, true), ("fully expanded", Finding.Pneumothorax, false), ("round opacity", Finding.Nodule, true),
        ("perihilar haze", Finding.Edema, true), ("vessels are prominent", Finding.Edema, true), ("vessels are normal", Finding.Edema, false),
        ("lungs are clear", Finding.Normal, true), ("lungs are well expanded and clear", Finding.Normal, true), ("lungs are congested", Finding.Edema, true), ("no acute finding", Finding.Normal, true),
        ("acute abnormality", Finding.Normal, false), ("acute finding", Finding.Normal, false), ("abnormal chest", Finding.Normal, false), ("congested lungs", Finding.Edema, true),
    ];

    // Longest first, so that "lung nodule" is not read as "nodule" and "normal heart and lungs" not as "normal heart".
    private static readonly (string[] Words, Finding Finding, bool Present)[] s_phrases =
    [
        .. Findings.All.SelectMany(finding => ReportGrammar.Names[(int)finding].Select(name => (Words(name), finding, true)))
            .Concat(s_remarks.Select(remark => (Words(remark.Phrase), remark.Finding, remark.Present)))
            .OrderByDescending(phrase => phrase.Item1.Length),
    ];

    private static readonly Dictionary<string, LungZone> s_zones =
        ReportGrammar.Zones.SelectMany((words, zone) => words.Select(word => (word, (LungZone)zone))).ToDictionary(pair => pair.word, pair => pair.Item2);

    private static readonly Dictionary<string, Severity> s_degrees = Findings.All.SelectMany(finding => ReportGrammar.Degrees(finding).SelectMany(
            (words, degree) => words.Select(word => (word, (Severity)degree)))).Distinct().ToDictionary(pair => pair.word, pair => pair.Item2);

    /// <summary>Reads a report.</summary>
    /// <param name="text">Any text; what the grammar does not know is passed over.</param>
    /// <returns>The different statements; none for a text about something else.</returns>
    public static IReadOnlySet<ReportFact> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Sentence().Split(text).SelectMany(sentence => Statements(Words(sentence))).ToHashSet();
    }

    // A negation holds for the rest of its sentence; side, zone and degree may stand before or behind their finding.
    private static IEnumerable<ReportFact> Statements(string[] words)
    {
        BodySide? side = Array.Exists(words, word => word is "both" or "bilateral") ? null
            : Array.IndexOf(words, "right") >= 0 ? BodySide.Right : Array.IndexOf(words, "left") >= 0 ? BodySide.Left : null;
        LungZone? zone = Array.Find(words, s_zones.ContainsKey) is { } place ? s_zones[place] : null;
        Severity? degree = Array.Find(words, s_degrees.ContainsKey) is { } marked ? s_degrees[marked] : null;
        var negated = false;
        for (var at = 0; at < words.Length;)
        {
            if (Array.Find(s_phrases, phrase => words.AsSpan(at).StartsWith(phrase.Words)) is { Words: not null } found)
            {
                yield return new ReportFact(found.Finding, found.Present != negated, side, zone, degree);
                at += found.Words.Length;
                continue;
            }

            negated |= words[at] is "no" or "without" or "not";
            at++;
        }
    }

    private static string[] Words(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();

    [GeneratedRegex(@"[.;\n]")]
    private static partial Regex Sentence();
}
