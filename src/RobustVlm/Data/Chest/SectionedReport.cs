namespace RobustVlm.Data.Chest;

/// <summary>A radiology report in the two sections that matter.</summary>
/// <param name="Findings">What is seen, in sentences.</param>
/// <param name="Impression">The conclusion.</param>
/// <param name="Complete">False when the report does not mention the finding that is in the image.</param>
public sealed record SectionedReport(string Findings, string Impression, bool Complete)
{
    /// <summary>The whole report with the headings of its sections.</summary>
    public string Text => $"FINDINGS: {Findings} IMPRESSION: {Impression}";

    /// <inheritdoc/>
    public override string ToString() => Text;
}
