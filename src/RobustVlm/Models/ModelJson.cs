using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>A model's options as text, and a model from that text.</summary>
internal static class ModelJson
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    internal static string Write(object options) => JsonSerializer.Serialize(options, options.GetType(), s_json);

    /// <summary>Reads the options of a kind of model.</summary>
    /// <exception cref="InvalidDataException">The text is no such record.</exception>
    internal static IModelOptions<TModel> Read<TModel>(string json, string path)
        where TModel : nn.Module
    {
        try
        {
            return (IModelOptions<TModel>)(JsonSerializer.Deserialize(json, OptionsOf(typeof(TModel)), s_json) ?? throw new JsonException("null"));
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw Unusable(path, error);
        }
    }

    internal static InvalidDataException Unusable(string path, Exception error) => new(
        $"{path} holds sizes that are impossible or unknown to this version; load it with matching options or make it again.", error);

    private static Type OptionsOf(Type model) =>
        model.GetInterfaces().FirstOrDefault(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IModel<>))?.GenericTypeArguments[0]
        ?? throw new ArgumentException($"{model.Name} keeps no options (it does not implement IModel), so it cannot be made from a file alone; make it first and load into it.", nameof(model));
}
