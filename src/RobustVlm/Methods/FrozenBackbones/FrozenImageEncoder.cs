using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>An image encoder that is used as it is: from pixels to one embedding for each image and, where it has any, to tokens.</summary>
/// <remarks>Make one of a function for an encoder of any kind. The model behind it stays the caller's; it has to be in evaluation mode.</remarks>
/// <param name="name">Name in tables and in files of embeddings.</param>
/// <param name="width">Length D of an embedding.</param>
/// <param name="embed">From float tensors [N, C, H, W], pixels in [0, 1], to float tensors [N, D].</param>
/// <param name="tokens">From the same to float tensors [N, L, D] of patches, row by row; null for encoders without.</param>
public sealed class FrozenImageEncoder(string name, int width, Func<Tensor, Tensor> embed, Func<Tensor, Tensor>? tokens = null)
{
    private const int BatchSize = 128;

    /// <summary>Name in tables and in files of embeddings.</summary>
    public string Name { get; } = name;

    /// <summary>Length D of an embedding.</summary>
    public int Width { get; } = width;

    /// <summary>Whether there are tokens.</summary>
    public bool HasTokens => tokens is not null;

    /// <summary>A vision transformer: its class token, or the mean of its patches, whichever its options pool by.</summary>
    /// <param name="model">The model, e.g. loaded from a safetensors file by <see cref="Checkpoint"/>.</param>
    /// <param name="name">Name in tables and in files of embeddings.</param>
    public static FrozenImageEncoder Of(VisionTransformer model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(name, model.Options.Width, model.Features, model.PatchTokens);
    }

    /// <summary>A vision transformer, twice as wide: behind its class token stands the mean of its patches (as in DINOv2's linear evaluation; Oquab et al. 2023, arXiv:2304.07193).</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">Name in tables and in files of embeddings.</param>
    public static FrozenImageEncoder WithPatchMean(VisionTransformer model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(name, 2 * model.Options.Width, images => cat([model.Features(images), model.PatchTokens(images).mean([1])], 1));
    }

    /// <summary>The encoder half of an autoencoder.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">Name in tables and in files of embeddings.</param>
    public static FrozenImageEncoder Of(Autoencoder model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(name, model.Options.Features, model.Encode);
    }

    /// <summary>A vision transformer from any file that <see cref="Checkpoint"/> reads.</summary>
    /// <param name="path">The file, e.g. timm's <c>model.safetensors</c>.</param>
    /// <param name="options">Its sizes, e.g. <see cref="VisionTransformerOptions.ViTB16"/>.</param>
    /// <param name="device">Where it runs; null is the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit the sizes.</exception>
    public static FrozenImageEncoder Load(string path, VisionTransformerOptions options, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = Checkpoint.Load(path, options with { Classes = 0 });
        model.to(device ?? CPU);
        return Of(model, Path.GetFileNameWithoutExtension(path));
    }

    /// <summary>Embeds images, without gradients, batch by batch.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, D].</returns>
    public Tensor Embed(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Batched.Apply(embed, images, BatchSize);
    }

    /// <summary>The patches of images, without gradients, batch by batch.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, L, D].</returns>
    /// <exception cref="InvalidOperationException">The encoder has no tokens.</exception>
    public Tensor Tokens(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Batched.Apply(tokens ?? throw new InvalidOperationException($"{Name} has no tokens; take a vision transformer for segmentation."), images, BatchSize);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Width} numbers per image{(HasTokens ? ", with tokens" : "")}";
}
