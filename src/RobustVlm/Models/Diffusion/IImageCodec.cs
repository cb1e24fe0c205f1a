using static TorchSharp.torch;

namespace RobustVlm.Models.Diffusion;

/// <summary>Turns images into what a diffusion model works on, and back: the pixels themselves, or the latents of an autoencoder.</summary>
public interface IImageCodec
{
    /// <summary>Encodes images; the same image always gives the same latent.</summary>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <returns>Float tensor [N, C, H, W], of the codec's own channels and size, about [-1, 1].</returns>
    Tensor Encode(Tensor images);

    /// <summary>Decodes latents.</summary>
    /// <param name="latents">Float tensor [N, C, H, W], as from <see cref="Encode"/>.</param>
    /// <returns>Float tensor [N, C, H, W], pixels in [0, 1].</returns>
    Tensor Decode(Tensor latents);
}

/// <summary>Pixels, moved from [0, 1] to [-1, 1].</summary>
public sealed class PixelCodec : IImageCodec
{
    /// <inheritdoc/>
    public Tensor Encode(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return (images * 2).sub_(1);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        return latents.clamp(-1, 1).add_(1).div_(2);
    }
}

/// <summary>Latents of an <see cref="Autoencoder"/>, its vector cut into a small picture (latent diffusion, Rombach et al. 2022, arXiv:2112.10752).</summary>
/// <param name="model">The autoencoder, in evaluation mode; it belongs to the caller.</param>
/// <param name="side">Height and width of the latent picture; its square divides the length of the vector.</param>
/// <param name="scale">Latents are multiplied by it; one over their standard deviation makes them fit the noise.</param>
public sealed class AutoencoderCodec(Autoencoder model, int side, double scale) : IImageCodec
{
    /// <summary>Makes a codec whose scale is measured on some images.</summary>
    /// <param name="model">The autoencoder, in evaluation mode.</param>
    /// <param name="side">Height and width of the latent picture.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]; none of those whose membership is asked for.</param>
    public static AutoencoderCodec For(Autoencoder model, int side, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return new AutoencoderCodec(model, side, 1 / model.Encode(images).std().ToDouble());
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor images)
    {
        using var noGradient = no_grad();
        return (model.Encode(images) * scale).view(images.shape[0], -1, side, side);
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var noGradient = no_grad();
        return model.Decode(latents.flatten(1) / scale);
    }
}
