using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Protocol;

/// <summary>Messages to frames and back: identities, delimiter, signature, four JSON parts, buffers.</summary>
internal static class WireFormat
{
    /// <summary>The frame between the routing identities and the message.</summary>
    internal static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();

    /// <summary>An empty JSON object.</summary>
    internal static readonly byte[] EmptyObject = "{}"u8.ToArray();

    // Never embedded in HTML by us, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Serialize(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Writing))
        {
            json.WriteTo(writer);
        }

        return stream.ToArray();
    }

    /// <summary>The frames of a message, signed when the key is not empty.</summary>
    public static byte[][] Encode(Message message, byte[] key)
    {
        var header = message.HeaderFrame;
        var parent = message.ParentHeaderFrame;
        var metadata = Serialize(message.Metadata);
        var content = Serialize(message.Content);
        return
        [
            .. message.Identities,
            Delimiter,
            Sign(key, header, parent, metadata, content),
            header, parent, metadata, content,
            .. message.Buffers,
        ];
    }

    /// <summary>Reads a message and checks its signature.</summary>
    /// <returns>The message, or null when it must be dropped; then <paramref name="problem"/> says why.</returns>
    public static Message? Decode(byte[][] frames, byte[] key, out string? problem)
    {
        var delimiter = Array.FindIndex(frames, frame => frame.AsSpan().SequenceEqual(Delimiter));
        if (delimiter < 0 || frames.Length < delimiter + 6)
        {
            problem = "a message without delimiter or with too few frames";
            return null;
        }

        var parts = frames.AsSpan(delimiter + 2, 4);
        if (key.Length > 0 && !CryptographicOperations.FixedTimeEquals(frames[delimiter + 1], Sign(key, parts[0], parts[1], parts[2], parts[3])))
        {
            problem = "a message with a wrong signature";
            return null;
        }

        try
        {
            var message = new Message
            {
                Identities = frames[..delimiter],
                Header = Parse(parts[0]),
                HeaderFrame = parts[0],
                ParentHeader = Parse(parts[1]),
                ParentHeaderFrame = parts[1],
                Metadata = Parse(parts[2]),
                Content = Parse(parts[3]),
                Buffers = frames[(delimiter + 6)..],
            };
            problem = message.Type.Length == 0 || message.Id.Length == 0 ? "a message without msg_type or msg_id" : null;
            return problem is null ? message : null;
        }
        catch (JsonException exception)
        {
            problem = $"a message that is not JSON ({exception.Message})";
            return null;
        }
    }

    private static JsonObject Parse(byte[] json) =>
        JsonNode.Parse(json) as JsonObject ?? throw new JsonException("A part of a message is not a JSON object.");

    private static byte[] Sign(byte[] key, params ReadOnlySpan<byte[]> parts)
    {
        if (key.Length == 0)
        {
            return [];
        }

        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts)
        {
            hmac.AppendData(part);
        }

        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hmac.GetHashAndReset()));
    }
}
