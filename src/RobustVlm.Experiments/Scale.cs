namespace RobustVlm.Experiments;

/// <summary>How much of a paper's work a run does.</summary>
public enum Scale
{
    /// <summary>Seconds; proves that everything runs. Its numbers mean nothing and are never published.</summary>
    Smoke,

    /// <summary>Minutes on two cores; small models, same code.</summary>
    Demo,

    /// <summary>The paper's sizes, on a GPU.</summary>
    Paper,
}

/// <summary>Reads a <see cref="Scale"/> from text.</summary>
public static class Scales
{
    /// <summary>The environment variable that carries the scale into a notebook.</summary>
    public const string EnvironmentVariable = "ROBUSTVLM_SCALE";

    /// <summary>Reads <c>smoke</c>, <c>demo</c> or <c>paper</c>, in any case and with blanks around it.</summary>
    /// <param name="text">The scale's name.</param>
    /// <exception cref="FormatException">The text is none of the three names.</exception>
    public static Scale Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Trim().ToUpperInvariant() switch
        {
            "SMOKE" => Scale.Smoke,
            "DEMO" => Scale.Demo,
            "PAPER" => Scale.Paper,
            _ => throw new FormatException($"Unknown scale '{text.Trim()}'; use smoke, demo or paper."),
        };
    }

    /// <summary>The scale named by <see cref="EnvironmentVariable"/>.</summary>
    /// <param name="fallback">The scale when the variable is unset or blank.</param>
    /// <exception cref="FormatException">The variable holds something else.</exception>
    public static Scale FromEnvironment(Scale fallback = Scale.Demo)
    {
        var text = Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrWhiteSpace(text) ? fallback : Parse(text);
    }
}
