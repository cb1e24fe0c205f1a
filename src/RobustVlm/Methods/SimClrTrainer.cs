using RobustVlm.Data;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Settings of <see cref="SimClrTrainer"/>.</summary>
public sealed record SimClrTrainerOptions
{
    /// <summary>The loop's settings.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Random changes that make two views of an image.</summary>
    public AugmentationOptions Views { get; init; } = AugmentationOptions.TwoViews;

    /// <summary>Divides the cosines of the loss, above zero.</summary>
    public double Temperature { get; init; } = 0.2;

    /// <summary>Length of the vectors that are compared, behind the projection head.</summary>
    public int ProjectionSize { get; init; } = 64;
}

/// <summary>Trains an image encoder without labels: two random views of an image shall agree (SimCLR; Chen et al. 2020, arXiv:2002.05709).</summary>
public sealed class SimClrTrainer
{
    private readonly SimClrTrainerOptions _options;
    private readonly TrainingLoop _loop;
    private readonly Augmentation _views;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SimClrTrainer(SimClrTrainerOptions? options = null)
    {
        _options = options ?? new SimClrTrainerOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Temperature, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ProjectionSize, 1, nameof(options));
        _loop = new TrainingLoop(_options.Training);
        _views = new Augmentation(_options.Views);
    }

    /// <summary>Trains the encoder in place and leaves it in evaluation mode; the projection head is thrown away.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="batch">Gives a step's images: float tensor [B, C, H, W], pixels in [0, 1]. It may depend on the step's number and random source alone.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where to keep the state for resuming; see <see cref="TrainingLoop.Run"/>.</param>
    /// <returns>The curves; the running mean of the weights, when asked for, is already in the encoder.</returns>
    public TrainingResult Train(
        VisionTransformer encoder, Func<TrainingStep, Tensor> batch, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        // Not disposed: that would dispose the encoder, which belongs to the caller.
        var pair = new EncoderWithHead(encoder, _options.ProjectionSize, random);
        var result = _loop.Run(pair, Loss, random, progress, stateFile);
        result.Average?.CopyTo(pair);
        return result;

        Tensor Loss(TrainingStep step)
        {
            var images = batch(step);
            var views = cat([_views.Apply(images, step.Random), _views.Apply(images, step.Random)], 0);
            Tensor projected;
            using (step.UsePrecision(images.device_type))
            {
                projected = pair.call(views);
            }

            var halves = projected.to(ScalarType.Float32).chunk(2, 0);
            return NtXentLoss.Compute(halves[0], halves[1], _options.Temperature);
        }
    }

    private sealed class EncoderWithHead : nn.Module<Tensor, Tensor>
    {
        private readonly VisionTransformer encoder;
        private readonly Linear hidden;
        private readonly Linear projection;

        internal EncoderWithHead(VisionTransformer encoder, int size, Generator random)
            : base(nameof(EncoderWithHead))
        {
            var width = encoder.Options.Width;
            this.encoder = encoder;
            hidden = nn.Linear(width, width);
            projection = nn.Linear(width, size);
            using (no_grad())
            {
                foreach (var layer in new[] { hidden, projection })
                {
                    using var weights = randn(layer.weight!.shape, device: random.device, generator: random);
                    layer.weight!.copy_(weights).mul_(Math.Pow(width, -0.5));
                    layer.bias!.zero_();
                }
            }

            RegisterComponents();
            this.to(encoder.parameters().First().device);
        }

        public override Tensor forward(Tensor input) => projection.call(hidden.call(encoder.Features(input)).relu());
    }
}
