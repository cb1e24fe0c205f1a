using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Tests.Serving;

/// <summary>All that came back for one execute_request.</summary>
public sealed class CellResult
{
    internal CellResult(Message reply, IReadOnlyList<Message> outputs)
    {
        Reply = reply.Content;
        Outputs = outputs;
    }

    public JsonObject Reply { get; }

    public string Status => Reply["status"]!.ToString();

    public string? Result => Of("execute_result").SingleOrDefault()?["data"]?["text/plain"]?.ToString();

    public JsonObject Error => Of("error").Single();

    public string Traceback => string.Join('\n', Error["traceback"]!.AsArray().Select(line => line!.ToString()));

    internal IReadOnlyList<Message> Outputs { get; }

    public IEnumerable<JsonObject> Of(string type) => Outputs.Where(message => message.Type == type).Select(message => message.Content);

    public string Stream(string name) =>
        string.Concat(Of("stream").Where(content => content["name"]!.ToString() == name).Select(content => content["text"]!.ToString()));
}
