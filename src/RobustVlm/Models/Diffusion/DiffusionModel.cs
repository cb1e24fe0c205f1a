using static TorchSharp.torch;

namespace RobustVlm.Models.Diffusion;

/// <summary>A diffusion model as it is used: the network, its noise levels, and what stands between pixels and the network.</summary>
public sealed class DiffusionModel
{
    /// <summary>Puts a model together.</summary>
    /// <param name="predictor">The network, in evaluation mode, with its averaged weights; it belongs to the caller.</param>
    /// <param name="schedule">Noise levels; null takes the usual thousand.</param>
    /// <param name="codec">Pixels or latents; null takes the pixels.</param>
    public DiffusionModel(INoisePredictor predictor, NoiseSchedule? schedule = null, IImageCodec? codec = null)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        (Predictor, Schedule, Codec) = (predictor, schedule ?? new NoiseSchedule(), codec ?? new PixelCodec());
    }

    /// <summary>The network.</summary>
    public INoisePredictor Predictor { get; }

    /// <summary>Its noise levels.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Pixels or latents.</summary>
    public IImageCodec Codec { get; }

    /// <summary>Predicts the noise in images of one level, without gradients.</summary>
    /// <param name="noisy">Float tensor [N, C, H, W], in the codec's form.</param>
    /// <param name="level">Their level, 0 to T - 1.</param>
    /// <param name="captions">Long tensor [N, T], tokens; null for no caption.</param>
    /// <param name="guidance">1 takes the caption as it is; larger ones exaggerate what it changes (classifier-free guidance, Ho and Salimans 2022, arXiv:2207.12598).</param>
    /// <returns>Float tensor [N, C, H, W].</returns>
    public Tensor Noise(Tensor noisy, int level, Tensor? captions = null, double guidance = 1)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentOutOfRangeException.ThrowIfNegative(guidance);
        _ = Schedule.AlphaBar(level);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var levels = full([noisy.shape[0]], level, dtype: ScalarType.Int64, device: noisy.device);
        var told = Predictor.Predict(noisy, levels, captions);
        if (captions is not null && guidance != 1)
        {
            var untold = Predictor.Predict(noisy, levels, null);
            told = untold + ((told - untold) * guidance);
        }

        return told.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Predictor.GetType().Name} with {Schedule.Levels} noise levels on {(Codec is PixelCodec ? "pixels" : "latents")}";
}
