using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>The JSON header of a safetensors file, checked completely: whatever passes can be read safely.</summary>
internal sealed class SafetensorsHeader
{
    internal const int PrefixBytes = 8;
    internal const long LargestHeader = 100_000_000;
    private const string MetadataKey = "__metadata__";

    // In the order in which the format lists types: the most strictly aligned come first in a file.
    private static readonly (string Name, torch.ScalarType Type, int Bytes)[] Types =
    [
        ("I64", torch.ScalarType.Int64, 8),
        ("F64", torch.ScalarType.Float64, 8),
        ("F32", torch.ScalarType.Float32, 4),
        ("I32", torch.ScalarType.Int32, 4),
        ("BF16", torch.ScalarType.BFloat16, 2),
        ("F16", torch.ScalarType.Float16, 2),
        ("I16", torch.ScalarType.Int16, 2),
        ("I8", torch.ScalarType.Int8, 1),
        ("U8", torch.ScalarType.Byte, 1),
        ("BOOL", torch.ScalarType.Bool, 1),
    ];

    private SafetensorsHeader(
        IReadOnlyList<string> order,
        IReadOnlyDictionary<string, SafetensorsEntry> entries,
        IReadOnlyDictionary<string, string> metadata)
    {
        Order = order;
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>Names in the order in which their numbers follow the header.</summary>
    internal IReadOnlyList<string> Order { get; }

    internal IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    internal static InvalidDataException Broken(string path, string problem) =>
        new($"{path} is not a usable safetensors file: {problem}; make or copy the file again.");

    internal static SafetensorsHeader For(
        IReadOnlyDictionary<string, torch.Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (name, tensor) in tensors)
        {
            if (name.Length == 0 || name == MetadataKey)
            {
                throw new ArgumentException($"A tensor cannot be stored under the name '{name}'; use another name.", nameof(tensors));
            }

            if (RankOf(tensor.dtype) < 0)
            {
                throw new ArgumentException(
                    $"Tensor '{name}' has type {tensor.dtype}, which safetensors cannot store; convert it first.", nameof(tensors));
            }
        }

        var order = tensors.Keys
            .OrderBy(name => RankOf(tensors[name].dtype))
            .ThenBy(name => name, StringComparer.Ordinal)
            .ToArray();
        var entries = new Dictionary<string, SafetensorsEntry>();
        var offset = 0L;
        foreach (var name in order)
        {
            var shape = tensors[name].shape;
            var length = shape.Aggregate(1L, (product, size) => product * size) * Types[RankOf(tensors[name].dtype)].Bytes;
            entries.Add(name, new SafetensorsEntry(tensors[name].dtype, shape, offset, length));
            offset += length;
        }

        return new SafetensorsHeader(order, entries, metadata);
    }

    /// <summary>The length prefix and the header, padded with spaces so that the numbers start at a multiple of eight.</summary>
    internal byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[PrefixBytes]);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json);
            foreach (var name in Order)
            {
                WriteEntry(json, name, Entries[name]);
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - PrefixBytes);
        return bytes;
    }

    internal static SafetensorsHeader Parse(byte[] text, long dataBytes, string path)
    {
        try
        {
            // The default decoder would replace broken UTF-8 and change names silently.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(text);
            using var document = JsonDocument.Parse(text);
            return Parse(document.RootElement, dataBytes, path);
        }
        // A lone surrogate in an escaped name is an InvalidOperationException.
        catch (Exception error) when (error is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            throw Broken(path, "its header is not valid JSON");
        }
    }

    private static SafetensorsHeader Parse(JsonElement root, long dataBytes, string path)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Broken(path, "its header is not a JSON object");
        }

        var entries = new Dictionary<string, SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        var hasMetadata = false;
        foreach (var property in root.EnumerateObject())
        {
            var known = property.Name == MetadataKey ? hasMetadata : entries.ContainsKey(property.Name);
            if (known)
            {
                throw Broken(path, $"'{property.Name}' occurs twice in its header");
            }

            if (property.Name == MetadataKey)
            {
                hasMetadata = true;
                ReadMetadata(property.Value, metadata, path);
            }
            else
            {
                entries.Add(property.Name, ReadEntry(property, path));
            }
        }

        var order = entries.OrderBy(entry => entry.Value.Offset).ThenBy(entry => entry.Value.Length).Select(entry => entry.Key).ToArray();
        CheckPlaces(order, entries, dataBytes, path);
        return new SafetensorsHeader(order, entries, metadata);
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Broken(path, "its metadata is not a list of texts");
        }

        foreach (var property in value.EnumerateObject())
        {
            metadata[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString() ?? ""
                : throw Broken(path, $"its metadata '{property.Name}' is not a text");
        }
    }

    private static SafetensorsEntry ReadEntry(JsonProperty property, string path)
    {
        var name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out var sizes) || !TryGetNumbers(sizes, out var shape)
            || !property.Value.TryGetProperty("data_offsets", out var places) || !TryGetNumbers(places, out var offsets)
            || offsets.Length != 2)
        {
            throw Broken(path, $"the header of tensor '{name}' is incomplete");
        }

        var rank = Array.FindIndex(Types, type => type.Name == dtype.GetString());
        if (rank < 0)
        {
            throw Broken(path, $"tensor '{name}' has the element type '{dtype.GetString()}', which is not supported here");
        }

        long length;
        try
        {
            length = shape.Aggregate((long)Types[rank].Bytes, (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            throw Broken(path, $"the shape of tensor '{name}' is impossibly large");
        }

        // Unsigned comparison would hide an end before the start, so compare before subtracting.
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != length)
        {
            throw Broken(
                path,
                $"tensor '{name}' of type {Types[rank].Name} and shape [{string.Join(", ", shape)}] needs {length} bytes, "
                + $"but its place is {offsets[0]} to {offsets[1]}");
        }

        return new SafetensorsEntry(Types[rank].Type, shape, offsets[0], length);
    }

    private static void CheckPlaces(
        string[] order, Dictionary<string, SafetensorsEntry> entries, long dataBytes, string path)
    {
        var end = 0L;
        foreach (var name in order)
        {
            var entry = entries[name];
            if (entry.Offset != end)
            {
                throw Broken(path, entry.Offset < end
                    ? $"tensor '{name}' overlaps another one"
                    : $"there is a gap before tensor '{name}'");
            }

            end += entry.Length;
        }

        if (end != dataBytes)
        {
            throw Broken(path, $"its tensors need {end} bytes, but {dataBytes} follow the header");
        }
    }

    private static bool TryGetNumbers(JsonElement element, out long[] numbers)
    {
        numbers = [];
        if (element.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var values = new List<long>();
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var value) || value < 0)
            {
                return false;
            }

            values.Add(value);
        }

        numbers = [.. values];
        return true;
    }

    private static int RankOf(torch.ScalarType type) => Array.FindIndex(Types, known => known.Type == type);

    private void WriteMetadata(Utf8JsonWriter json)
    {
        if (Metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(MetadataKey);
        foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, SafetensorsEntry entry)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", Types[RankOf(entry.Type)].Name);
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Offset);
        json.WriteNumberValue(entry.Offset + entry.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
