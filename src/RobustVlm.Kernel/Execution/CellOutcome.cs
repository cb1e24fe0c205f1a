namespace RobustVlm.Kernel.Execution;

/// <summary>How a cell ended.</summary>
/// <param name="HasValue">Whether its last expression has a value to show.</param>
/// <param name="Value">That value.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record CellOutcome(bool HasValue, object? Value, CellError? Error);
