namespace RobustVlm.Data.Chest;

/// <summary>One statement of a report.</summary>
/// <param name="Finding">What it is about.</param>
/// <param name="Present">False where the report says that it is absent.</param>
/// <param name="Side">The side; null where the statement names none.</param>
/// <param name="Zone">The zone of the lung; null where the statement names none.</param>
/// <param name="Severity">How marked it is; null where the statement does not say.</param>
public sealed record ReportFact(Finding Finding, bool Present, BodySide? Side = null, LungZone? Zone = null, Severity? Severity = null);
