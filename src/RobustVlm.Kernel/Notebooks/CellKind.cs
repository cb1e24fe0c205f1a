namespace RobustVlm.Kernel.Notebooks;

/// <summary>The three kinds of cell that nbformat 4 knows.</summary>
internal enum CellKind
{
    Code,
    Markdown,
    Raw,
}
