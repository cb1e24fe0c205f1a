using System.Text.RegularExpressions;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Stores models in safetensors files and loads them from safetensors and PyTorch files (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>).</summary>
/// <remarks>
/// The format is told by the file's content, not its name; nothing in a file is ever run. Published files load under their own names: OpenAI's and
/// Hugging Face's CLIP, timm's ViT, Hugging Face's BERT, torchvision's ResNet. Short formats (float16, bfloat16) become the model's own.
/// </remarks>
/// <example>
/// <code>
/// Checkpoint.Save(model, "vit.safetensors");
/// var same = Checkpoint.Load&lt;VisionTransformer&gt;("vit.safetensors");
/// var published = Checkpoint.Load("ViT-B-32.pt", ClipOptions.ViTB32);
/// var report = Checkpoint.Load(model, "epoch-9.ckpt", new LoadOptions { Prefix = "model.", Strict = false });
/// </code>
/// </example>
public static class Checkpoint
{
    private const string KindKey = "model";
    private const string OptionsKey = "options";
    private const double LargestHalf = 65504;

    // What files of the first version call the options.
    private const string OldOptionsKey = "clip_options";

    // Counters of batch normalisation; older files lack them, and without a momentum of null nothing reads them.
    private const string Counter = "num_batches_tracked";

    /// <summary>Writes a model's weights, and its options when it keeps some.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; an existing one is replaced once the new one is complete.</param>
    /// <param name="metadata">More text to keep with the model, e.g. its vocabulary or how it was trained.</param>
    /// <param name="dtype">Format of the weights in the file, e.g. Float16 for half the size; null keeps the model's. Buffers are kept as they are.</param>
    /// <exception cref="ArgumentException">The format is no floating-point one, or a weight is too large for it.</exception>
    public static void Save(nn.Module model, string path, IReadOnlyDictionary<string, string>? metadata = null, ScalarType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (dtype is not (null or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Weights are stored as Float16, BFloat16, Float32 or Float64, not as {dtype}.", nameof(dtype));
        }

        var text = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
        if (model is IModel<object> { Options: var options })
        {
            (text[KindKey], text[OptionsKey]) = (model.GetType().Name, ModelJson.Write(options));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var weights = model.state_dict();
        if (dtype is { } type)
        {
            foreach (var (name, parameter) in model.named_parameters())
            {
                weights[name] = Converted(name, parameter, type);
            }
        }

        Safetensors.Write(path, weights, text);
    }

    /// <summary>Makes a model from a file that <see cref="Save"/> wrote.</summary>
    /// <typeparam name="TModel">Kind of model.</typeparam>
    /// <param name="path">The file.</param>
    /// <returns>The model in evaluation mode, on the CPU, in float32.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or holds another kind of model; the message says what is wrong.</exception>
    public static TModel Load<TModel>(string path)
        where TModel : nn.Module
    {
        using var file = WeightFile.Open(path);
        if (file.Metadata.TryGetValue(KindKey, out var kind) && kind != typeof(TModel).Name)
        {
            throw new InvalidDataException($"{path} holds a {kind}, not a {typeof(TModel).Name}; load it as what it is.");
        }

        if (!file.Metadata.TryGetValue(OptionsKey, out var json) && !file.Metadata.TryGetValue(OldOptionsKey, out json))
        {
            throw new InvalidDataException($"{path} does not say which sizes its model has; load it with matching options of a {typeof(TModel).Name}.");
        }

        var options = ModelJson.Read<TModel>(json, path);
        try
        {
            return Load(file, path, options, new LoadOptions());
        }
        catch (ArgumentException error)
        {
            throw ModelJson.Unusable(path, error);
        }
    }

    /// <summary>Makes a model from a file without sizes, e.g. a published one.</summary>
    /// <typeparam name="TModel">Kind of model; it follows from the options.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="model">Sizes of the model, e.g. <see cref="ClipOptions.ViTB32"/>.</param>
    /// <param name="options">How to bring the names together; null takes the defaults.</param>
    /// <returns>The model in evaluation mode, on the CPU, in float32.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit the sizes; the message says where.</exception>
    public static TModel Load<TModel>(string path, IModelOptions<TModel> model, LoadOptions? options = null)
        where TModel : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        using var file = WeightFile.Open(path, options?.At);
        return Load(file, path, model, options ?? new LoadOptions());
    }

    /// <summary>Loads a file into a model, which keeps its device, its format and its mode. Nothing is changed unless everything fits.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How to bring the names together; null takes the defaults.</param>
    /// <returns>What became of every name.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit the model; the message says where.</exception>
    public static LoadReport Load(nn.Module model, string path, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new LoadOptions();
        using var file = WeightFile.Open(path, options.At);
        var (weights, report) = Match(file, path, (model as IModel<object>)?.Options, Shapes(model), options);
        Fill(model, weights);
        return report;
    }

    /// <summary>The text that was stored beside the weights; empty for PyTorch's files.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Key to text.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message says what is wrong.</exception>
    public static IReadOnlyDictionary<string, string> Metadata(string path)
    {
        using var file = WeightFile.Open(path);
        return file.Metadata;
    }

    private static TModel Load<TModel>(WeightFile file, string path, IModelOptions<TModel> options, LoadOptions how)
        where TModel : nn.Module
    {
        // Compared before anything is made where that is possible, so that a wrong file costs no memory.
        if (options is IKnownShapes known)
        {
            _ = Match(file, path, options, known.Shapes(), how);
        }

        using var random = new Generator(0);
        var model = options.Create(random);
        try
        {
            Fill(model, Match(file, path, options, Shapes(model), how).Weights);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        model.eval();
        return model;
    }

    private static Dictionary<string, long[]> Shapes(nn.Module model) => model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);

    private static (Dictionary<string, StoredWeight> Weights, LoadReport Report) Match(
        WeightFile file, string path, object? modelOptions, IReadOnlyDictionary<string, long[]> expected, LoadOptions options)
    {
        var ignored = new List<string>();
        var stored = Named(file.Weights, expected, options, ignored);
        stored = (modelOptions as IPublishedNames)?.Rename(stored, options, ignored) ?? stored;
        var skip = options.Skip is { Length: > 0 } pattern ? Pattern(pattern) : null;
        bool Skipped(string name) => skip?.IsMatch(name) == true;
        ignored.AddRange(stored.Keys.Where(Skipped));
        var missing = expected.Keys.Where(name => !stored.ContainsKey(name) && !Skipped(name) && !name.EndsWith(Counter, StringComparison.Ordinal)).ToArray();
        var unexpected = stored.Keys.Where(name => !expected.ContainsKey(name) && !Skipped(name)).ToArray();
        var both = expected.Where(entry => stored.ContainsKey(entry.Key) && !Skipped(entry.Key)).ToArray();
        var wrong = both
            .Where(entry => !stored[entry.Key].Shape.SequenceEqual(entry.Value))
            .Select(entry => $"{entry.Key} is [{string.Join(", ", stored[entry.Key].Shape)}] instead of [{string.Join(", ", entry.Value)}]")
            .Concat(both
                .Where(entry => !stored[entry.Key].IsFloating && !entry.Key.EndsWith(Counter, StringComparison.Ordinal))
                .Select(entry => $"{entry.Key} holds {stored[entry.Key].Type} instead of floating-point numbers"))
            .ToArray();
        var problems = new[]
        {
            options.Strict ? LoadReport.Count("missing", missing) : "",
            options.Strict ? LoadReport.Count("not part of the model", unexpected) : "",
            LoadReport.Count("of another shape or type", wrong),
            !options.Strict && both.Length == 0 ? "no name of the file is one of the model's" : "",
        }.Where(problem => problem.Length > 0).ToArray();
        return problems.Length == 0
            ? (both.ToDictionary(entry => entry.Key, entry => stored[entry.Key]), new LoadReport(path, [.. both.Select(entry => entry.Key)], missing, unexpected, ignored))
            : throw new InvalidDataException($"{path} does not fit the model ({string.Join("; ", problems)}); use the sizes it was made with, or LoadOptions to leave names out.");
    }

    private static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"LoadOptions.Skip '{pattern}' is no regular expression: {error.Message}", error);
        }
    }

    // Data-parallel training puts "module." before every name.
    private static IReadOnlyDictionary<string, StoredWeight> Named(
        IReadOnlyDictionary<string, StoredWeight> stored, IReadOnlyDictionary<string, long[]> expected, LoadOptions options, List<string> ignored)
    {
        const string parallel = "module.";
        var prefix = options.Prefix;
        if (prefix.Length == 0 && stored.Count > 0 && stored.Keys.All(name => name.StartsWith(parallel, StringComparison.Ordinal))
            && !expected.Keys.Any(name => name.StartsWith(parallel, StringComparison.Ordinal)))
        {
            prefix = parallel;
        }

        if (prefix.Length == 0)
        {
            return stored;
        }

        ignored.AddRange(stored.Keys.Where(name => !name.StartsWith(prefix, StringComparison.Ordinal)));
        return stored.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
    }

    private static void Fill(nn.Module model, Dictionary<string, StoredWeight> weights)
    {
        using var noGradient = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (weights.TryGetValue(name, out var weight))
            {
                using var stored = weight.Load();
                tensor.copy_(stored);
            }
        }
    }

    private static Tensor Converted(string name, Tensor weight, ScalarType type)
    {
        if (type == ScalarType.Float16 && weight.numel() > 0 && weight.abs().max().ToDouble() is var largest && largest > LargestHalf && double.IsFinite(largest))
        {
            throw new ArgumentException($"Weight {name} reaches {largest:g3}, more than Float16 can hold (65504); store it as BFloat16 or Float32.", nameof(type));
        }

        return weight.to(type);
    }
}
