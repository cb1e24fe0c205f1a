using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>What <see cref="RanVqaTrainer"/> made; the encoders stay the caller's.</summary>
public sealed class RanVqaResult : IDisposable
{
    private readonly Clip _model;
    private readonly CoAttention _attention;

    internal RanVqaResult(Clip model, CoAttention attention, RanHead head, RanMode mode, IReadOnlyList<double> losses, IReadOnlyDictionary<string, IReadOnlyList<double>> terms)
    {
        (_model, _attention, Head, Mode, Losses, Terms) = (model, attention, head, mode, losses, terms);
    }

    /// <summary>What was trained.</summary>
    public RanMode Mode { get; }

    /// <summary>The head behind the co-attention.</summary>
    public RanHead Head { get; }

    /// <summary>Loss of every step.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>Every term of the loss at every step, without its weight.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Terms { get; }

    /// <summary>The function of the images alone that is attacked while the questions stay.</summary>
    /// <param name="questions">Long tensor [N, T]: the questions about the N images that it will be given.</param>
    /// <returns>From float tensor [N, C, H, W], pixels in [0, 1], to logits [N, K].</returns>
    public Classifier Asking(Tensor questions)
    {
        var (words, isWord) = RanVqaTrainer.Encode(_model, questions);
        return images => Head.call(_attention.Fuse(_model.EncodeImageTokens(images), words, isWord));
    }

    /// <summary>Answers questions.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="questions">Long tensor [N, T], one question about each image.</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    public Tensor Logits(Tensor images, Tensor questions)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(questions);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return Asking(questions)(images).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the trained modules.</summary>
    public void Dispose()
    {
        Head.Dispose();
        _attention.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mode} on questions: {Losses.Count} steps, last loss {Losses[^1]:0.000}");
}
