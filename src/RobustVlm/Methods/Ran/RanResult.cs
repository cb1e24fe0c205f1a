using System.Globalization;
using RobustVlm.Attacks;
using RobustVlm.Methods.LowRank;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>A classifier that <see cref="RanTrainer"/> made. The frozen encoder behind it stays the caller's; a trained one is a copy and belongs to it.</summary>
public sealed class RanResult : IDisposable
{
    private readonly Func<Tensor, Tensor> _encoder;
    private readonly nn.Module? _owned;
    private readonly LowRankAdapter? _adapter;

    internal RanResult(Func<Tensor, Tensor> encoder, RanHead head, RanMode mode, long trained, IReadOnlyList<double> losses, IReadOnlyDictionary<string, IReadOnlyList<double>> terms, nn.Module? owned, LowRankAdapter? adapter)
    {
        (_encoder, Head, Mode, TrainedParameters, Losses, Terms, _owned, _adapter) = (encoder, head, mode, trained, losses, terms, owned, adapter);
    }

    /// <summary>What was trained.</summary>
    public RanMode Mode { get; }

    /// <summary>The head.</summary>
    public RanHead Head { get; }

    /// <summary>Number of weights that were trained.</summary>
    public long TrainedParameters { get; }

    /// <summary>Loss of every step.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>Every term of the loss at every step, without its weight.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Terms { get; }

    /// <summary>The function that is attacked and scored: from float tensor [N, C, H, W], pixels in [0, 1], to logits [N, K].</summary>
    public Classifier Classifier => images => Head.call(_encoder(images));

    /// <summary>What the linear layer reads of images.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, D].</returns>
    public Tensor AdaptedFeatures(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return RanViews.Plain(batch => Head.Adapt(_encoder(batch)), images).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the head, and a trained encoder.</summary>
    public void Dispose()
    {
        Head.Dispose();
        _adapter?.Dispose();
        _owned?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mode}: {TrainedParameters:N0} trained weights, {Losses.Count} steps, last loss {Losses[^1]:0.000}");
}
