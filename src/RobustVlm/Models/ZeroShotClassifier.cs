using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Classifies images by the class whose description is nearest in a <see cref="Clip"/>'s space.</summary>
/// <remarks>
/// A class is described by several prompts; their unit vectors are averaged and made unit length again (Radford et al. 2021,
/// arXiv:2103.00020). Give <see cref="Logits"/> to an attack: it is a function from pixels to logits.
/// </remarks>
public sealed class ZeroShotClassifier : IDisposable
{
    private readonly Clip _model;
    private readonly Func<Tensor, Tensor> _encoder;
    private readonly Tensor _classes;   // [K, D], unit rows

    private ZeroShotClassifier(Clip model, Func<Tensor, Tensor> encoder, Tensor classes)
    {
        _model = model;
        _encoder = encoder;
        _classes = classes;
    }

    /// <summary>Number of classes K.</summary>
    public int ClassCount => (int)_classes.shape[0];

    /// <summary>Float tensor [K, D], unit rows.</summary>
    internal Tensor ClassVectors => _classes;

    /// <summary>Encodes the prompts of every class once.</summary>
    /// <param name="model">The model; it is used, not copied, and stays yours to dispose.</param>
    /// <param name="prompts">For each class, long tensor [P, T]: the tokens of its prompts.</param>
    /// <param name="encoder">From pictures to embeddings, e.g. of <see cref="ClipInput.Encoder"/>, which takes pictures of any size; null takes the model's own encoder.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="ArgumentException">There are fewer than two classes, or one has no prompt.</exception>
    public static ZeroShotClassifier Create(Clip model, IReadOnlyList<Tensor> prompts, Func<Tensor, Tensor>? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count < 2 || prompts.Any(tokens => tokens.dim() != 2 || tokens.shape[0] == 0))
        {
            throw new ArgumentException("Give at least two classes and at least one prompt [P, T] for each.", nameof(prompts));
        }

        using var noGradient = no_grad();
        using var evaluation = new EvaluationMode(model);
        using var scope = NewDisposeScope();
        var means = prompts.Select(tokens => Clip.UnitLength(model.EncodeText(tokens)).mean([0]));
        return new ZeroShotClassifier(model, encoder ?? model.EncodeImage, Clip.UnitLength(stack(means.ToArray())).DetachFromDisposeScope());
    }

    /// <summary>Scores images; gradients flow back to the pixels.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, K]: cosines times the model's logit scale, in float32.</returns>
    public Tensor Logits(Tensor images)
    {
        using var evaluation = new EvaluationMode(_model);
        var features = Clip.UnitLength(_encoder(images));
        return _model.LogitScale().detach() * Clip.Cosines(features, _classes);
    }

    /// <summary>Frees the class vectors; the model stays alive.</summary>
    public void Dispose() => _classes.Dispose();
}
