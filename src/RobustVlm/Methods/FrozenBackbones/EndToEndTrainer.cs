using RobustVlm.Methods.Training;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>
/// What freezing is compared with: contrastive training of the image encoder, the text encoder and the projections together, from the same weights and with the same
/// loss (as ConVIRT, Zhang et al. 2022, arXiv:2010.00747).
/// </summary>
public sealed class EndToEndTrainer
{
    private readonly AdaptorTrainerOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults, whose learning rate is meant for an <see cref="Adaptor"/>.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public EndToEndTrainer(AdaptorTrainerOptions? options = null)
    {
        _options = options ?? new AdaptorTrainerOptions();
        _options.Check();
    }

    /// <summary>Trains all three in place and leaves them in evaluation mode.</summary>
    /// <param name="vision">The image encoder.</param>
    /// <param name="text">The text encoder, without a language head.</param>
    /// <param name="pooling">How a text becomes one vector.</param>
    /// <param name="projection">What stands on both; without layers it is two linear maps.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="tokens">Long tensor [N, T], the images' texts.</param>
    /// <param name="random">Source of order and dropout; the same state gives the same training.</param>
    /// <param name="progress">Told about each step.</param>
    /// <returns>The curves.</returns>
    /// <exception cref="ArgumentException">Images and texts do not fit each other, or the text encoder has a head that nothing would train.</exception>
    public TrainingResult Train(
        VisionTransformer vision, Bert text, BertPooling pooling, Adaptor projection, Tensor images, Tensor tokens, Generator random, Action<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(vision);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tokens);
        if (images.shape[0] != tokens.shape[0] || images.shape[0] < 2)
        {
            throw new ArgumentException($"Give the same number of images and texts, at least two, not {images.shape[0]} and {tokens.shape[0]}.", nameof(tokens));
        }

        if (text.Options.LanguageHead)
        {
            throw new ArgumentException("Load the text encoder with LanguageHead = false; nothing here trains that head.", nameof(text));
        }

        using var order = new BatchOrder(images.shape[0], _options.BatchSize, random);
        var place = vision.parameters().First().device;

        // Not disposed: that would dispose the parts, which belong to the caller.
        var whole = new Parts(vision, text, projection);
        try
        {
            return _options.Loop(order).Run(whole, Loss, random, progress);
        }
        finally
        {
            projection.DropoutRandom = null;
        }

        Tensor Loss(TrainingStep step)
        {
            var chosen = order.Indices(step.Batch).to(images.device);
            projection.DropoutRandom = step.Random;
            Tensor v, t;
            using (step.UsePrecision(place.type))
            {
                v = vision.Features(images.index_select(0, chosen).to(place));
                t = text.Embed(Shortened(tokens.index_select(0, chosen).to(place), text.Options.PaddingToken), pooling);
            }

            (v, t) = projection.call(v.to(ScalarType.Float32), t.to(ScalarType.Float32));
            return AdaptorLoss.Compute(projection.Similarities(v, t), _options.TextWeight);
        }
    }

    // A batch of short texts needs no room for the longest of all.
    private static Tensor Shortened(Tensor tokens, long padding) => tokens.narrow(1, 0, tokens.ne(padding).any(0).nonzero().max().item<long>() + 1);

    private sealed class Parts : nn.Module
    {
        private readonly VisionTransformer vision;
        private readonly Bert text;
        private readonly Adaptor projection;

        internal Parts(VisionTransformer vision, Bert text, Adaptor projection)
            : base(nameof(EndToEndTrainer))
        {
            (this.vision, this.text, this.projection) = (vision, text, projection);
            RegisterComponents();
        }
    }
}
