namespace RobustVlm.Experiments.Plots;

/// <summary>A dashed horizontal line, e.g. chance level.</summary>
/// <param name="Value">Where it lies, in units of the y axis; a fraction on percent axes.</param>
/// <param name="Label">Its name in the legend, e.g. <c>chance (1 in 7)</c>.</param>
public sealed record ReferenceLine(double Value, string Label);
