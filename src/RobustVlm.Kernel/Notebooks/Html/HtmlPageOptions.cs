namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>What a page is made with.</summary>
internal sealed record HtmlPageOptions
{
    /// <summary>Folder that relative pictures in Markdown start from.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>Title when the notebook has no heading.</summary>
    public string FallbackTitle { get; init; } = "Notebook";

    /// <summary>plotly.js, minified; null shows the charts' pictures.</summary>
    public string? PlotlyPath { get; init; }

    /// <summary>KaTeX's dist folder; null shows formulas as TeX.</summary>
    public string? KatexDirectory { get; init; }
}
