using RobustVlm.Kernel.Execution;

namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>Something that is on display in a notebook and can be changed in place.</summary>
public sealed class DisplayedValue
{
    private readonly CellContext? _cell;
    private readonly string[] _mimeTypes;

    internal DisplayedValue(CellContext? cell, string displayId, string[] mimeTypes)
    {
        _cell = cell;
        DisplayId = displayId;
        _mimeTypes = mimeTypes;
    }

    /// <summary>Names the display; updates reach it by this name.</summary>
    public string DisplayId { get; }

    /// <summary>Shows another value in the place of the first one, formatted under the same MIME types.</summary>
    /// <param name="updatedValue">The new value; may be null.</param>
    public void Update(object? updatedValue) => (CellContext.CurrentOrNull ?? _cell)?.Show(updatedValue, _mimeTypes, DisplayId, isUpdate: true);
}
