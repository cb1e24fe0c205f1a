using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;
using RobustVlm.Kernel.Execution;

namespace Microsoft.DotNet.Interactive;

/// <summary>What every cell can call without naming a class.</summary>
public static class Kernel
{
#pragma warning disable IDE1006 // notebooks call it in lower case
    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any value; may be null.</param>
    /// <param name="mimeTypes">How to show it; by default as its type prefers.</param>
    /// <returns>The display, for updates in place.</returns>
    public static DisplayedValue display(object? value, params string[] mimeTypes)
    {
        ArgumentNullException.ThrowIfNull(mimeTypes);
        var cell = CellContext.CurrentOrNull;
        var displayId = Guid.NewGuid().ToString("N");
        cell?.Show(value, mimeTypes, displayId, isUpdate: false);
        return new DisplayedValue(cell, displayId, mimeTypes);
    }
#pragma warning restore IDE1006

    /// <summary>Marks a text as HTML, so that showing it renders it.</summary>
    /// <param name="content">The HTML.</param>
    /// <returns>The HTML, to be displayed or returned from a cell.</returns>
    public static IHtmlContent HTML(string content) => new HtmlString(content);

    /// <summary>Adds a style sheet to the notebook page.</summary>
    /// <param name="content">The CSS.</param>
    public static void CSS(string content) => display(new HtmlString($"<style>{content}</style>"));

    /// <summary>Runs a script in the notebook page.</summary>
    /// <param name="content">The JavaScript.</param>
    public static void Javascript(string content) => display(new HtmlString($"<script type=\"text/javascript\">{content}</script>"));

    /// <summary>Asks the user for a line of text.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InvalidOperationException">The notebook runs without a user.</exception>
    public static Task<string> GetInputAsync(string prompt = "") => Task.FromResult(CellContext.ReadInput(prompt, password: false));

    /// <summary>Asks the user for a password, which the frontend does not show.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InvalidOperationException">The notebook runs without a user.</exception>
    public static Task<string> GetPasswordAsync(string prompt = "") => Task.FromResult(CellContext.ReadInput(prompt, password: true));
}
