namespace RobustVlm.Kernel.Execution;

/// <summary>What a part of a cell is.</summary>
internal enum CellPartKind
{
    Code,
    Markdown,
    Html,
    Import,
    Who,
    Whos,
    About,
    ListDirectives,
}

/// <summary>A part of a cell between directives.</summary>
/// <param name="Kind">What to do with it.</param>
/// <param name="Text">Code (with empty lines in front, so that line numbers stay those of the cell), prose, or a directive's argument.</param>
/// <param name="Line">Line of the directive that began it, counted from one.</param>
internal sealed record CellPart(CellPartKind Kind, string Text, int Line);
