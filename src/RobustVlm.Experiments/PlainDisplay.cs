namespace RobustVlm.Experiments;

/// <summary>Shows an object in a notebook by its text alone, not as a tree of its properties.</summary>
internal static class PlainDisplay
{
    internal static IReadOnlyDictionary<string, object> Of(object value) => new Dictionary<string, object> { ["text/plain"] = value.ToString() ?? "" };
}
