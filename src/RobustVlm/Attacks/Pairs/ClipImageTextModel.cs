using RobustVlm.Data.Text;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Attacks.Pairs;

/// <summary>A <see cref="Clip"/> with its tokenizer, as attacks on image-text pairs see it.</summary>
/// <param name="model">The model; it stays the caller's and is used in evaluation mode.</param>
/// <param name="tokenizer">The tokenizer that it was trained with, as long as its context at most.</param>
public sealed class ClipImageTextModel(Clip model, ITokenizer tokenizer) : IImageTextModel
{
    private const int TextsTogether = 256;

    private readonly Clip _model = model ?? throw new ArgumentNullException(nameof(model));
    private readonly ITokenizer _tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));

    /// <inheritdoc/>
    public Tensor EmbedImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(_model);
        return Clip.UnitLength(_model.EncodeImage(images)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor EmbedTexts(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(_model);
        var device = _model.parameters().First().device;
        var parts = texts.Chunk(TextsTogether).Select(part => Clip.UnitLength(_model.EncodeText(_tokenizer.Encode(part).to(device)))).ToArray();
        return (parts.Length == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"CLIP with embeddings of {_model.Options.EmbeddingSize} numbers";
}
