using static TorchSharp.torch;

namespace RobustVlm.Models.Diffusion;

/// <summary>A network that tells the noise in an image; a user's own diffusion checkpoint fits in here.</summary>
public interface INoisePredictor
{
    /// <summary>Predicts the noise.</summary>
    /// <param name="noisy">Float tensor [N, C, H, W], images in [-1, 1] (or latents) with noise.</param>
    /// <param name="levels">Long tensor [N], noise levels in [0, T).</param>
    /// <param name="captions">Long tensor [N, T], tokens of the captions, 0 behind their end; null for no caption.</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    Tensor Predict(Tensor noisy, Tensor levels, Tensor? captions);
}
