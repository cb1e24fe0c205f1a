using RobustVlm.Data;
using RobustVlm.Methods.Training;
using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Settings of <see cref="DiffusionTrainer"/>.</summary>
public sealed record DiffusionTrainerOptions
{
    /// <summary>The loop's settings. A constant learning rate keeps memorising; the running mean of the weights is what is attacked.</summary>
    public TrainingOptions Training { get; init; } = new()
    {
        Optimizer = OptimizerKind.Adam,
        LearningRate = 1e-3,
        WarmUpSteps = 100,
        Schedule = LearningRateSchedule.Constant,
        GradientNorm = 1,
        MixedPrecision = false,
        AverageDecay = 0.999,
    };

    /// <summary>Images per batch.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Share of images whose caption is left out, so that the model can be guided.</summary>
    public double CaptionDropout { get; init; } = 0.1;

    /// <summary>Changes of the images in every batch; null learns them as they are. Not for latents.</summary>
    public AugmentationOptions? Augmentation { get; init; }
}

/// <summary>Trains the network of a diffusion model to predict the noise it was given (Ho et al. 2020, arXiv:2006.11239, algorithm 1).</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class DiffusionTrainer(DiffusionTrainerOptions? options = null)
{
    private readonly DiffusionTrainerOptions _options = options ?? new DiffusionTrainerOptions();

    /// <summary>Trains the network in place. It ends with the running mean of its weights, in evaluation mode.</summary>
    /// <param name="network">The network; only weights that ask for gradients move.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1]: the members.</param>
    /// <param name="captions">Long tensor [N, T], tokens; null for none.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="schedule">Noise levels; null takes the usual thousand.</param>
    /// <param name="codec">Pixels or latents; null takes the pixels.</param>
    /// <param name="checkpoints">Steps after which the running mean is handed out, in rising order; 0 is the start. Those of an earlier, interrupted run are not handed out again.</param>
    /// <param name="reached">Told such a step with the running mean, which it copies into a network of its own.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves.</returns>
    public TrainingResult Train(
        DenoisingUNet network, Tensor images, Tensor? captions, Generator random, NoiseSchedule? schedule = null, IImageCodec? codec = null,
        IReadOnlyList<int>? checkpoints = null, Action<int, WeightAverage>? reached = null, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(random);
        if (_options.Training.AverageDecay is null)
        {
            throw new ArgumentException("A diffusion model is used with the running mean of its weights; set AverageDecay.", nameof(random));
        }

        var levels = schedule ?? new NoiseSchedule();
        var form = codec ?? new PixelCodec();
        var augmentation = _options.Augmentation is { } changes ? new Augmentation(changes) : null;
        using var order = new BatchOrder(images.shape[0], _options.BatchSize, random);
        var result = new TrainingLoop(_options.Training).Run(network, Loss, random, progress, stateFile, (step, average) =>
        {
            if (checkpoints?.Contains(step) == true)
            {
                reached?.Invoke(step, average);
            }
        });
        result.Average!.CopyTo(network);   // not null: a decay is set
        return result;

        Tensor Loss(TrainingStep step)
        {
            var index = order.Indices(step.Batch).to(images.device);
            var picked = images.index_select(0, index);
            var clean = form.Encode(augmentation?.Apply(picked, step.Random) ?? picked);
            var count = clean.shape[0];
            Tensor Drawn(Func<Generator, Tensor> draw) => draw(step.Random).to(images.device);
            var level = Drawn(source => randint(levels.Levels, [count], dtype: ScalarType.Int64, device: source.device, generator: source));
            var noise = Drawn(source => randn(clean.shape, dtype: ScalarType.Float32, device: source.device, generator: source));
            var told = captions?.index_select(0, index);
            if (told is not null && _options.CaptionDropout > 0)
            {
                told = told * Drawn(source => rand([count, 1], device: source.device, generator: source)).ge(_options.CaptionDropout).to(ScalarType.Int64);
            }

            Tensor predicted;
            using (step.UsePrecision(images.device_type))
            {
                predicted = network.Predict(levels.Noised(clean, level, noise), level, told);
            }

            return nn.functional.mse_loss(predicted.to(ScalarType.Float32), noise);
        }
    }
}
