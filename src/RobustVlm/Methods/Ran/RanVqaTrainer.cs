using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>
/// Trains answers to questions about images behind frozen encoders: co-attention over the tokens of image and question, then a linear layer or a small network
/// with <see cref="RanLoss"/> (after RAN, Han et al. 2024, arXiv:2407.02716, whose form of the co-attention is not known). Answers are a closed set.
/// </summary>
/// <remarks>The fused features learn too, so the consistency term compares with fused features of the first view through which no gradient flows.</remarks>
public sealed class RanVqaTrainer
{
    // The co-attention learns in every mode, so that a linear layer alone gets no rate of its own.
    private const double UsualLearningRate = 0.001;

    private readonly RanOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or the mode trains the encoder.</exception>
    public RanVqaTrainer(RanOptions? options = null)
    {
        _options = options ?? new RanOptions();
        _options.Check();
        if (!_options.IsFrozen)
        {
            throw new ArgumentException("Questions are answered behind frozen encoders; choose Ran, CrossEntropy or LinearProbe.", nameof(options));
        }
    }

    /// <summary>Trains.</summary>
    /// <param name="model">The pre-trained model, whose image encoder is a transformer.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="questions">Long tensor [N, T], one question about each image.</param>
    /// <param name="answers">Long tensor [N], in [0, K).</param>
    /// <param name="answerCount">Number of different answers K.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>What answers questions; dispose it when done.</returns>
    /// <exception cref="ArgumentException">Images, questions and answers do not fit each other.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public RanVqaResult Train(Clip model, Tensor images, Tensor questions, Tensor answers, int answerCount, Generator random, Action<double>? progress = null)
    {
        const double shareOfViews = 0.5;
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(random);
        RanStep.CheckLabels(images, answers, answerCount);
        if (questions.dim() != 2 || questions.shape[0] != images.shape[0])
        {
            throw new ArgumentException("Give questions [N, T], one for each image.", nameof(questions));
        }

        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(model);
        using var initial = new Generator(TrainingSeeds.Draw(random), images.device);
        using var viewRandom = new Generator(TrainingSeeds.Draw(random), images.device);
        using var order = new Generator(TrainingSeeds.Draw(random));
        var width = model.Options.EmbeddingSize;
        var attention = new CoAttention(width, _options.AttentionWidth, initial);
        var head = new RanHead(2 * width, answerCount, initial, _options.HasTwoViews ? _options.Head : _options.Head with { Adapts = false });
        attention.to(images.device);
        head.to(images.device);
        using var views = _options.HasTwoViews ? RanViews.Make(_options, model.EncodeImage, model.EncodeImageTokens, images, viewRandom, share => progress?.Invoke(shareOfViews * share)) : null;
        var plain = views is null ? RanViews.Plain(model.EncodeImageTokens, images) : null;
        var (words, isWord) = Encode(model, questions);
        using var batches = new BatchOrder(images.shape[0], _options.BatchSize, order);
        var loss = _options.Mode == RanMode.Ran ? new RanLoss(_options.Loss) : null;
        try
        {
            using var curves = RanStep.Loop(_options, _options.LearningRate ?? UsualLearningRate, batches.BatchesPerRound).Run(
                new RanTrained(attention, head),
                step =>
                {
                    var chosen = batches.Indices(step.Batch).to(answers.device);
                    var tokens = plain?.index_select(0, chosen) ?? views!.Draw(chosen, step.Random);   // not null: one of both was made
                    var asked = views is null ? chosen : cat([chosen, chosen], 0);
                    var fused = attention.Fuse(tokens, words.index_select(0, asked), isWord.index_select(0, asked));
                    return RanStep.Loss(head, fused, answers.index_select(0, chosen), loss, step);
                },
                order,
                step => progress?.Invoke(shareOfViews + ((1 - shareOfViews) * step.Step / step.Total)));
            return new RanVqaResult(model, attention, head, _options.Mode, curves.Losses, curves.Terms);
        }
        catch
        {
            head.Dispose();
            attention.Dispose();
            throw;
        }
    }

    internal static (Tensor Words, Tensor IsWord) Encode(Clip model, Tensor questions)
    {
        using var noGradient = no_grad();
        var (words, isWord) = model.EncodeTextTokens(questions);
        return (words.detach(), isWord);
    }
}
