namespace RobustVlm.Benchmarks.Running;

/// <summary>Under what the numbers were taken.</summary>
/// <param name="Facts">Machine and settings.</param>
/// <param name="LoadBefore">Load average before the first round.</param>
/// <param name="LoadAfter">Load average after the last; includes the bench itself.</param>
/// <param name="Repeats">Rounds.</param>
/// <param name="Sides">Sides that were measured.</param>
internal sealed record Conditions(Facts Facts, double LoadBefore, double LoadAfter, int Repeats, IReadOnlyList<string> Sides);
