using System.Text.RegularExpressions;

namespace RobustVlm.Data.Sets;

/// <summary>The parts of a radiology report that a model learns from.</summary>
/// <remarks>
/// A section starts with a header at the beginning of a line, in capitals and with a colon (FINDINGS:), or a well-known one in any case.
/// A repeated section (addenda, a preliminary reading) is appended. A report with neither header is findings as a whole. FINDINGS AND
/// IMPRESSION in one section counts as findings. Headers such as CONCLUSION mean the impression. These rules are our own.
/// </remarks>
/// <param name="Findings">What is seen; white space is single blanks. Empty where the report has none.</param>
/// <param name="Impression">What it means. Empty where the report has none.</param>
/// <param name="Indication">Why the image was taken. Empty where the report has none.</param>
/// <param name="Comparison">Earlier images. Empty where the report has none.</param>
public sealed partial record ReportSections(string Findings, string Impression, string Indication, string Comparison)
{
    // Findings, impression, indication, comparison.
    private static readonly string[][] s_names =
    [
        ["FINDINGS", "FINDING", "FINDINGS AND IMPRESSION", "FINDINGS/IMPRESSION", "REPORT", "PORTABLE CHEST", "CHEST PA AND LATERAL", "OBSERVATIONS"],
        ["IMPRESSION", "IMPRESSIONS", "CONCLUSION", "CONCLUSIONS", "OPINION", "SUMMARY"],
        ["INDICATION", "HISTORY", "CLINICAL INFORMATION", "CLINICAL HISTORY", "REASON FOR EXAM", "REASON FOR EXAMINATION", "REASON FOR THE EXAM", "CLINICAL INDICATION"],
        ["COMPARISON", "COMPARISONS", "COMPARISON STUDY"],
    ];

    private static readonly Dictionary<string, int> s_places = s_names.Index()
        .SelectMany(part => part.Item.Select(name => (name, part.Index))).ToDictionary(entry => entry.name, entry => entry.Index, StringComparer.OrdinalIgnoreCase);

    // Headers of parts that nobody learns from, and where an addendum begins.
    private static readonly HashSet<string> s_others = new(StringComparer.OrdinalIgnoreCase)
    {
        "FINAL REPORT", "WET READ", "WET READ VERSION", "EXAMINATION", "EXAM", "TECHNIQUE", "NOTIFICATION", "RECOMMENDATION", "RECOMMENDATIONS", "ADDENDUM", "PROVISIONAL FINDINGS IMPRESSION",
    };

    /// <summary>Impression, then findings: the caption of image-text training on MIMIC-CXR (Zhang et al., 2022; Wang et al., 2022).</summary>
    public string Caption => string.Join(' ', new[] { Impression, Findings }.Where(part => part.Length > 0));

    /// <summary>Whether there is something to learn from.</summary>
    public bool IsEmpty => Findings.Length == 0 && Impression.Length == 0;

    /// <summary>Takes a report apart.</summary>
    /// <param name="report">The text of the file.</param>
    public static ReportSections Parse(string report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var parts = new List<string>[] { [], [], [], [] };
        var loose = new List<string>();
        var place = -1;
        var headers = 0;
        foreach (var line in report.Split('\n'))
        {
            var text = line.Trim();
            if (Header(text) is { } header)
            {
                headers += header.Place is 0 or 1 ? 1 : 0;
                place = header.Place;
                text = header.Tail;
            }

            // After the reason or the comparison, a paragraph of its own is the reading itself.
            if (text.Length == 0 && place >= 2 && parts[place].Count > 0)
            {
                place = -1;
            }

            if (text.Length > 0 && !Rule().IsMatch(text))
            {
                (place >= 0 ? parts[place] : loose).Add(text);
            }
        }

        return new ReportSections(Tidy(headers == 0 ? loose : parts[0]), Tidy(parts[1]), Tidy(parts[2]), Tidy(parts[3]));
    }

    private static string Tidy(List<string> lines) => Blanks().Replace(string.Join(' ', lines), " ").Trim();

    private static (int Place, string Tail)? Header(string text)
    {
        var match = HeaderLine().Match(text);
        if (match.Success)
        {
            var name = match.Groups[1].Value.Trim();
            var rest = text[match.Length..].Trim();
            if (s_places.TryGetValue(name, out var place))
            {
                return (place, rest);
            }

            var capitals = name.Length > 2 && name.Any(char.IsLetter) && !name.Any(char.IsLower);
            return capitals || s_others.Contains(name) ? (-1, rest) : null;
        }

        // A line of its own: FINAL REPORT, IMPRESSION.
        return s_others.Contains(text) ? (-1, "") : s_places.TryGetValue(text, out var alone) && !text.Any(char.IsLower) ? (alone, "") : null;
    }

    [GeneratedRegex(@"^([A-Za-z][A-Za-z /,&()\-]{1,48}?)\s*:(?=\s|$)")]
    private static partial Regex HeaderLine();

    [GeneratedRegex(@"^[_\-=\s]+$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
