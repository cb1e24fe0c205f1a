namespace RobustVlm.Kernel.Execution;

/// <summary>Carries the error of a cell from where it is found to where it is shown.</summary>
internal sealed class CellFailure(CellError error) : Exception(error.Value)
{
    public CellError Error { get; } = error;

    /// <summary>A failure of a directive, or of something it needs.</summary>
    /// <param name="sentence">What is wrong and what to do.</param>
    /// <param name="cell">Name of the cell.</param>
    /// <param name="line">Line in the cell, counted from one.</param>
    /// <param name="text">The line's text.</param>
    public static CellFailure OfDirective(string sentence, string cell, int line, string text) =>
        new(new CellError("DirectiveError", sentence, [$"\u001b[31mDirectiveError\u001b[0m: {sentence}", $"  at {cell}:line {line}", $"      {text.Trim()}"]));
}
