namespace RobustVlm.Experiments.Plots;

/// <summary>How the values of an axis become positions.</summary>
public enum AxisScale
{
    /// <summary>Equal steps for equal differences.</summary>
    Linear,

    /// <summary>Equal steps for equal ratios; all values must be above zero.</summary>
    Log,

    /// <summary>Equal steps from one value to the next, whatever they are; for x axes with few, uneven values.</summary>
    Categorical,
}
