using System.Text.RegularExpressions;
using RobustVlm.Data.Text;
using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>A text encoder that is used as it is: from texts to one embedding each.</summary>
/// <remarks>Make one of a function for an encoder of any kind. The model behind it stays the caller's; it has to be in evaluation mode.</remarks>
/// <param name="name">Name in tables and in files of embeddings.</param>
/// <param name="width">Length D of an embedding.</param>
/// <param name="embed">From texts to a float tensor [N, D].</param>
public sealed partial class FrozenTextEncoder(string name, int width, Func<IReadOnlyList<string>, Tensor> embed)
{
    private const int BatchSize = 128;

    private static readonly string[] s_poolers = ["bert.pooler.dense.", "pooler.dense."];

    /// <summary>Name in tables and in files of embeddings.</summary>
    public string Name { get; } = name;

    /// <summary>Length D of an embedding.</summary>
    public int Width { get; } = width;

    /// <summary>A BERT.</summary>
    /// <param name="model">The model, e.g. loaded from a safetensors file by <see cref="Checkpoint"/>.</param>
    /// <param name="tokenizer">The tokenizer it was trained with.</param>
    /// <param name="name">Name in tables and in files of embeddings.</param>
    /// <param name="pooling">Which token, or their mean.</param>
    public static FrozenTextEncoder Of(Bert model, ITokenizer tokenizer, string name, BertPooling pooling = BertPooling.Mean)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var place = model.parameters().First().device;
        return new(name, model.Options.Width, texts => model.Embed(tokenizer.Encode(texts).to(place), pooling));
    }

    /// <summary>A BERT from any file that <see cref="Checkpoint"/> reads. Where the file has a pooler, it is used: the embedding is the tanh of a linear map of the first token, as published.</summary>
    /// <param name="path">The file, e.g. Hugging Face's <c>model.safetensors</c>.</param>
    /// <param name="options">Its sizes, e.g. <see cref="BertOptions.Base"/>.</param>
    /// <param name="tokenizer">The tokenizer it was trained with.</param>
    /// <param name="device">Where it runs; null is the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit the sizes.</exception>
    public static FrozenTextEncoder Load(string path, BertOptions options, ITokenizer tokenizer, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var place = device ?? CPU;
        var model = Checkpoint.Load(path, options with { LanguageHead = false });
        model.to(place);
        var name = Path.GetFileNameWithoutExtension(path);
        using var file = WeightFile.Open(path);
        if (Array.Find(s_poolers, prefix => file.Weights.ContainsKey(prefix + "weight")) is not { } pooler)
        {
            return Of(model, tokenizer, name);
        }

        Tensor Own(string part) => file.Weights[pooler + part].Load().to(ScalarType.Float32, copy: true).to(place).DetachFromDisposeScope();
        var (weight, bias) = (Own("weight"), Own("bias"));
        return new(name, options.Width, texts => nn.functional.linear(model.Embed(tokenizer.Encode(texts).to(place)), weight, bias).tanh());
    }

    /// <summary>Counts hashed words and projects the counts at random: the weakest encoder that still knows which words occur.</summary>
    /// <param name="random">Source of the projection.</param>
    /// <param name="width">Length D of an embedding.</param>
    /// <param name="buckets">Number of different hashes.</param>
    public static FrozenTextEncoder HashedWords(Generator random, int width = 128, int buckets = 2048)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        var projection = (randn([buckets, width], device: random.device, generator: random) / Math.Sqrt(width)).DetachFromDisposeScope();
        return new("hashed words", width, texts =>
        {
            var counts = new float[texts.Count * buckets];
            foreach (var (row, text) in texts.Index())
            {
                foreach (Match word in Word().Matches(text.ToLowerInvariant()))
                {
                    counts[(row * buckets) + (int)(Hash(word.ValueSpan) % (uint)buckets)] += 1;
                }
            }

            return tensor(counts, [texts.Count, buckets], device: projection.device).matmul(projection);
        });
    }

    /// <summary>Embeds texts, without gradients, batch by batch.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>Float tensor [N, D].</returns>
    public Tensor Embed(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfZero(texts.Count, nameof(texts));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var chunk in texts.Chunk(BatchSize))
        {
            Interruption.ThrowIfRequested();
            using var batch = NewDisposeScope();
            parts.Add(embed(chunk).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Width} numbers per text";

    // FNV-1a; .NET's own hash of a string changes with every process.
    private static uint Hash(ReadOnlySpan<char> word)
    {
        var hash = 2166136261u;
        foreach (var letter in word)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return hash;
    }

    [GeneratedRegex(@"\p{L}+|\d+")]
    private static partial Regex Word();
}
