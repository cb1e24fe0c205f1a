using System.Text.Json;
using System.Text.Json.Nodes;
using RobustVlm.Data.Text;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Settings of <see cref="TextRecipe"/>.</summary>
internal sealed record TextRecipeOptions
{
    /// <summary>Texts to learn from.</summary>
    public int Texts { get; init; } = 24_000;

    /// <summary>Texts that accuracy is measured on.</summary>
    public int TestTexts { get; init; } = 2_000;

    /// <summary>Longest text in tokens.</summary>
    public int ContextLength { get; init; } = 96;

    /// <summary>Texts per batch.</summary>
    public int BatchSize { get; init; } = 128;

    public TrainingOptions Training { get; init; } = new() { Steps = 1500, LearningRate = 1e-3, WarmUpSteps = 150, WeightDecay = 0.01, GradientNorm = 1, AverageDecay = 0.998 };

    internal static TextRecipeOptions Smoke { get; } = new() { Texts = 100, TestTexts = 40, BatchSize = 16, Training = new() { Steps = 4, WarmUpSteps = 1, AverageDecay = 0.9 } };
}

/// <summary>A small BERT that has learned to guess hidden words of a kind of texts.</summary>
/// <param name="name">Name with version.</param>
/// <param name="kind">What the texts are, in words.</param>
/// <param name="write">Writes that many texts.</param>
/// <param name="options">Settings.</param>
internal sealed class TextRecipe(string name, string kind, Func<int, Generator, IReadOnlyList<string>> write, TextRecipeOptions options) : ICheckpointRecipe
{
    public string Name => name;

    public string Summary => $"A small BERT (two blocks, width 128) trained to guess hidden words of {kind}.";

    public string Data => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options.Texts:N0} texts: {kind}");

    public JsonNode Settings => JsonSerializer.SerializeToNode(options, ResultJson.Options)!;

    public IReadOnlyList<string> Notes => ["Its last token stands for hidden words; the others are those of the worlds' vocabulary."];

    public (nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile)
    {
        var tokenizer = ShippedCheckpoints.Tokenizer(lab, options.ContextLength);
        using var initial = lab.Random($"{name}: initial weights");
        using var random = lab.Random($"{name}: training");
        using var texts = Encode(lab, tokenizer, "texts", options.Texts);
        using var order = new BatchOrder(options.Texts, options.BatchSize, random);
        var model = (BertOptions.Mini with { VocabularySize = tokenizer.VocabularySize + 1, ContextLength = options.ContextLength }).Create(initial);
        model.to(lab.Device);
        var trainer = new MaskedLanguageTrainer(options.Training);
        using var result = trainer.Train(model, step => Shortened(texts.index_select(0, order.Indices(step.Batch).to(lab.Device))), Special(tokenizer), random, progress.Report, stateFile);
        return (model, result.Losses);
    }

    public IReadOnlyList<CheckpointScore> Measure(Lab lab, string path)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Checkpoint.Load<Bert>(path);
        model.to(lab.Device);
        var tokenizer = ShippedCheckpoints.Tokenizer(lab, options.ContextLength);
        var texts = Encode(lab, tokenizer, "test", options.TestTexts);
        using var random = lab.Random($"{name}: hidden words");
        var (hidden, targets) = TokenMasking.Apply(texts, MaskedLanguageTrainer.MaskToken(model), Special(tokenizer), random);
        var guessed = targets.ne(TokenMasking.Ignored);
        var right = 0L;
        for (var first = 0; first < options.TestTexts; first += options.BatchSize)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(options.BatchSize, options.TestTexts - first);
            right += model.PredictTokens(hidden.narrow(0, first, count)).argmax(-1).eq(targets.narrow(0, first, count)).sum().item<long>();
        }

        var total = guessed.sum().item<long>();
        var commonest = targets.masked_select(guessed).bincount(null, 0).max().item<long>() / (double)total;
        return [new CheckpointScore(kind, "share of hidden words guessed", right / (double)total, options.TestTexts, commonest, 0.5)];
    }

    private static long[] Special(ClipTokenizer tokenizer) => [tokenizer.PaddingToken, tokenizer.StartToken, tokenizer.EndToken];

    private Tensor Encode(Lab lab, ClipTokenizer tokenizer, string purpose, int count)
    {
        using var random = lab.Random($"{name}: {purpose}");
        return tokenizer.Encode(write(count, random)).to(lab.Device);
    }

    // A batch of short texts needs no room for the longest of all.
    private static Tensor Shortened(Tensor tokens) => tokens.narrow(1, 0, tokens.ne(0).any(0).nonzero().max().item<long>() + 1);
}
