using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Execution;

/// <summary>Why a cell failed, as the protocol tells it.</summary>
/// <param name="Name">Type of the exception, without namespace.</param>
/// <param name="Value">Its message.</param>
/// <param name="Traceback">What the user sees, line by line, with ANSI colours.</param>
internal sealed record CellError(string Name, string Value, IReadOnlyList<string> Traceback)
{
    public JsonObject ToJson() => new()
    {
        ["ename"] = Name,
        ["evalue"] = Value,
        ["traceback"] = new JsonArray([.. Traceback.Select(line => (JsonNode)line)]),
    };
}
