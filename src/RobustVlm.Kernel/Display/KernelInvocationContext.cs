using Microsoft.DotNet.Interactive.Formatting;
using RobustVlm.Kernel.Execution;

namespace Microsoft.DotNet.Interactive;

/// <summary>The running cell.</summary>
public sealed class KernelInvocationContext
{
    private readonly CellContext? _cell;

    private KernelInvocationContext(CellContext? cell) => _cell = cell;

    /// <summary>The cell that the calling code belongs to.</summary>
    public static KernelInvocationContext Current => new(CellContext.CurrentOrNull);

    /// <summary>Cancelled when the user interrupts the cell. Long loops poll it.</summary>
    public CancellationToken CancellationToken => _cell?.CancellationToken ?? CancellationToken.None;

    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any value; may be null.</param>
    /// <param name="mimeTypes">How to show it; by default as its type prefers.</param>
    /// <returns>The display, for updates in place.</returns>
    public DisplayedValue Display(object? value, params string[] mimeTypes)
    {
        ArgumentNullException.ThrowIfNull(mimeTypes);
        var displayId = Guid.NewGuid().ToString("N");
        _cell?.Show(value, mimeTypes, displayId, isUpdate: false);
        return new DisplayedValue(_cell, displayId, mimeTypes);
    }

    /// <summary>Writes to the cell's standard output.</summary>
    /// <param name="output">The text.</param>
    public void DisplayStandardOut(string output) => _cell?.Streams.Write(StreamOutput.Out, output);

    /// <summary>Writes to the cell's standard error.</summary>
    /// <param name="error">The text.</param>
    public void DisplayStandardError(string error) => _cell?.Streams.Write(StreamOutput.Error, error);
}
