using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace System;

/// <summary>Shows values from the middle of a cell.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any value; may be null.</param>
    /// <param name="mimeTypes">How to show it; by default as its type prefers.</param>
    /// <returns>The display, for updates in place.</returns>
    public static DisplayedValue Display(this object? value, params string[] mimeTypes) =>
        Microsoft.DotNet.Interactive.Kernel.display(value, mimeTypes);

    /// <summary>Shows a text as the given MIME type, without formatting it.</summary>
    /// <param name="value">The text.</param>
    /// <param name="mimeType">The MIME type, e.g. <c>text/html</c>.</param>
    /// <returns>The display, for updates in place.</returns>
    public static DisplayedValue DisplayAs(this string value, string mimeType) =>
        Microsoft.DotNet.Interactive.Kernel.display(new FormattedValue(mimeType, value));

    /// <summary>Shows a sequence as a table with one column per property.</summary>
    /// <param name="value">The rows.</param>
    /// <param name="mimeTypes">How to show it; by default as HTML.</param>
    /// <typeparam name="T">Type of a row.</typeparam>
    /// <returns>The display, for updates in place.</returns>
    public static DisplayedValue DisplayTable<T>(this IEnumerable<T> value, params string[] mimeTypes) =>
        Microsoft.DotNet.Interactive.Kernel.display(value.ToTabularDataResource(), mimeTypes);
}
