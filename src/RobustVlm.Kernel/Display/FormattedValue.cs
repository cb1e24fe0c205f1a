using RobustVlm.Kernel.Display;

namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>A value that is already formatted: a MIME type and the text to show under it.</summary>
/// <param name="mimeType">The MIME type, e.g. <c>text/html</c>.</param>
/// <param name="value">The text; base64 for binary types, JSON text for JSON types.</param>
public sealed class FormattedValue(string mimeType, string value)
{
    /// <summary>The MIME type.</summary>
    public string MimeType { get; } = string.IsNullOrWhiteSpace(mimeType)
        ? throw new ArgumentException("A formatted value needs a MIME type such as text/html.", nameof(mimeType))
        : mimeType;

    /// <summary>The text; base64 for binary types, JSON text for JSON types.</summary>
    public string Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>Formats an object under one MIME type.</summary>
    /// <param name="value">The object; may be null.</param>
    /// <param name="mimeType">The MIME type; by default the one the object's type prefers.</param>
    /// <returns>The formatted value.</returns>
    public static FormattedValue CreateSingleFromObject(object? value, string? mimeType = null) =>
        CreateManyFromObject(value, mimeType is null ? [] : [mimeType])[0];

    /// <summary>Formats an object under several MIME types.</summary>
    /// <param name="value">The object; may be null.</param>
    /// <param name="mimeTypes">The MIME types; by default those the object's type prefers.</param>
    /// <returns>One formatted value per type that the object can be shown as, never an empty list.</returns>
    public static IReadOnlyList<FormattedValue> CreateManyFromObject(object? value, params string[] mimeTypes)
    {
        ArgumentNullException.ThrowIfNull(mimeTypes);
        var data = ObjectFormatter.Format(value, mimeTypes).Data;
        var wanted = data.Where(pair => mimeTypes.Length == 0 || mimeTypes.Contains(pair.Key)).ToList();
        return [.. (wanted.Count > 0 ? wanted : [.. data]).Select(pair => new FormattedValue(pair.Key, pair.Value?.ToString() ?? ""))];
    }
}
