using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Execution;

/// <summary>What a running cell needs from the outside world.</summary>
internal interface ICellFrontend
{
    /// <summary>Publishes an output. Any thread may call it; the order of calls is kept.</summary>
    void Publish(string type, JsonObject content, Message? parent);

    /// <summary>Asks the user who sent the request for a line of text and waits for it.</summary>
    string RequestInput(Message request, string prompt, bool password, CancellationToken cancellationToken);
}
