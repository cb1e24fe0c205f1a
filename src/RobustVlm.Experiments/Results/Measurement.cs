namespace RobustVlm.Experiments.Results;

/// <summary>One number of a result table.</summary>
/// <param name="Row">Row of the table, e.g. the method.</param>
/// <param name="Column">Column of the table, e.g. the attack.</param>
/// <param name="Value">What was measured, in the unit of the column; rates are fractions, 1 is everything.</param>
/// <param name="Low">Lower end of the 95 % interval, when there is one.</param>
/// <param name="High">Upper end of the 95 % interval, when there is one.</param>
/// <param name="N">Number of samples behind the value, when known.</param>
/// <param name="Reported">What the paper reports for the same cell, if it does; same unit as the value.</param>
/// <param name="IsRate">Whether the value is a rate, stored as a fraction and printed as percent.</param>
public sealed record Measurement(
    string Row,
    string Column,
    double Value,
    double? Low = null,
    double? High = null,
    int? N = null,
    double? Reported = null,
    bool IsRate = true)
{
    /// <summary>A measurement from an estimate with its interval.</summary>
    /// <param name="row">Row of the table.</param>
    /// <param name="column">Column of the table.</param>
    /// <param name="estimate">The estimate.</param>
    /// <param name="reported">The paper's number for the same cell.</param>
    /// <param name="isRate">Whether the estimate is a rate, printed as percent.</param>
    public static Measurement Of(
        string row, string column, Interval estimate, double? reported = null, bool isRate = true) =>
        new(row, column, estimate.Value, estimate.Low, estimate.High, estimate.N, reported, isRate);
}
