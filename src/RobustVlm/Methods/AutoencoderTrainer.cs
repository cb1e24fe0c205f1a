using RobustVlm.Methods.Training;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Trains an <see cref="Autoencoder"/>: the mean squared difference between image and reconstruction.</summary>
public sealed class AutoencoderTrainer
{
    private readonly TrainingLoop _loop;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">The loop's settings; null takes the defaults.</param>
    public AutoencoderTrainer(TrainingOptions? options = null) => _loop = new TrainingLoop(options);

    /// <summary>Trains the model in place and leaves it in evaluation mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Gives a step's images: float tensor [B, C, H, W], pixels in [0, 1]. It may depend on the step's number and random source alone.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves; the running mean of the weights, when asked for, is already in the model.</returns>
    public TrainingResult Train(
        Autoencoder model, Func<TrainingStep, Tensor> batch, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        var result = _loop.Run(model, Loss, random, progress, stateFile);
        result.Average?.CopyTo(model);
        return result;

        Tensor Loss(TrainingStep step)
        {
            var images = batch(step);
            Tensor restored;
            using (step.UsePrecision(images.device_type))
            {
                restored = model.call(images);
            }

            return nn.functional.mse_loss(restored.to(ScalarType.Float32), images);
        }
    }
}
