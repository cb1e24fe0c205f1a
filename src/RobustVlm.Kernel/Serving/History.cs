using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Serving;

/// <summary>What has been executed since the kernel started. Consoles ask for it. Thread-safe.</summary>
internal sealed class History
{
    private readonly Lock _lock = new();
    private readonly List<(int Line, string Input, string? Output)> _entries = [];

    public void Add(int line, string input, string? output)
    {
        lock (_lock)
        {
            _entries.Add((line, input, output));
        }
    }

    /// <summary>The content of a history_reply.</summary>
    /// <param name="request">The content of the request: hist_access_type tail, range or search, and their options.</param>
    public JsonObject Answer(JsonObject request)
    {
        List<(int Line, string Input, string? Output)> found;
        lock (_lock)
        {
            found = Text(request, "hist_access_type") switch
            {
                "range" => [.. _entries.Where(entry => entry.Line >= Number(request, "start", 1) && entry.Line < Number(request, "stop", int.MaxValue))],
                "search" => Search(request),
                _ => [.. _entries.TakeLast(Number(request, "n", 1000))],
            };
        }

        var withOutput = request["output"] is JsonValue value && value.TryGetValue<bool>(out var wanted) && wanted;
        var history = new JsonArray();
        foreach (var (line, input, output) in found)
        {
            history.Add(new JsonArray(0, line, withOutput ? new JsonArray(input, output) : input));
        }

        return new JsonObject { ["status"] = "ok", ["history"] = history };
    }

    private static int Number(JsonObject request, string name, int otherwise) =>
        request[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : otherwise;

    private static string Text(JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private List<(int Line, string Input, string? Output)> Search(JsonObject request)
    {
        var pattern = Text(request, "pattern") is { Length: > 0 } given ? given : "*";
        var hits = _entries.Where(entry => FileSystemName.MatchesSimpleExpression(pattern, entry.Input, ignoreCase: false));
        if (request["unique"] is JsonValue value && value.TryGetValue<bool>(out var unique) && unique)
        {
            hits = hits.Reverse().DistinctBy(entry => entry.Input).Reverse();
        }

        return [.. hits.TakeLast(Number(request, "n", 1000))];
    }
}
