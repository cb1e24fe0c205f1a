using System.Globalization;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Protocol;

/// <summary>A Jupyter message: four JSON objects, routing identities and binary buffers.</summary>
internal sealed class Message
{
    /// <summary>Version of the messaging protocol that we speak.</summary>
    public const string ProtocolVersion = "5.4";

    private static readonly string User = Environment.UserName;

    public required JsonObject Header { get; init; }

    /// <summary>Header of the message that caused this one; empty when there is none.</summary>
    public JsonObject ParentHeader { get; init; } = [];

    public JsonObject Metadata { get; init; } = [];

    public JsonObject Content { get; init; } = [];

    /// <summary>Frames before the delimiter: the requester's identities on a router, the topic on iopub.</summary>
    public IReadOnlyList<byte[]> Identities { get; init; } = [];

    public IReadOnlyList<byte[]> Buffers { get; init; } = [];

    /// <summary>The header as it travelled or will travel. Kept, so that threads that answer the same request do not share JSON nodes.</summary>
    public required byte[] HeaderFrame { get; init; }

    /// <summary>The parent's header as it travels.</summary>
    public byte[] ParentHeaderFrame { get; init; } = WireFormat.EmptyObject;

    /// <summary>The msg_id.</summary>
    public string Id => Text(Header, "msg_id");

    /// <summary>The msg_type.</summary>
    public string Type => Text(Header, "msg_type");

    /// <summary>The msg_id of the message that caused this one; empty when there is none.</summary>
    public string ParentId => Text(ParentHeader, "msg_id");

    /// <summary>Makes a message.</summary>
    /// <param name="type">The msg_type.</param>
    /// <param name="session">Session id of the sender.</param>
    /// <param name="content">The content; it belongs to the message from now on.</param>
    /// <param name="parent">The message that causes this one.</param>
    /// <param name="metadata">The metadata.</param>
    /// <param name="identities">Routing frames; for a reply, the request's.</param>
    public static Message Create(
        string type, string session, JsonObject content, Message? parent = null, JsonObject? metadata = null,
        IReadOnlyList<byte[]>? identities = null)
    {
        var header = new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString("N"),
            ["session"] = session,
            ["username"] = User,
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["msg_type"] = type,
            ["version"] = ProtocolVersion,
        };
        return new Message
        {
            Header = header,
            HeaderFrame = WireFormat.Serialize(header),
            ParentHeaderFrame = parent?.HeaderFrame ?? WireFormat.EmptyObject,
            Metadata = metadata ?? [],
            Content = content,
            Identities = identities ?? [],
        };
    }

    private static string Text(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
