using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="PerceptronMembership"/>.</summary>
public sealed record PerceptronMembershipOptions
{
    /// <summary>Units of each of the two hidden layers.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Steps, each on all images.</summary>
    public int Steps { get; init; } = 150;

    /// <summary>Learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; } = 0.1;
}

/// <summary>A perceptron with two hidden layers on standardised features.</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class PerceptronMembership(PerceptronMembershipOptions? options = null) : IMembershipClassifier
{
    private readonly PerceptronMembershipOptions _options = options ?? new PerceptronMembershipOptions();

    /// <inheritdoc/>
    public string Name => "perceptron";

    /// <inheritdoc/>
    public Tensor FitAndScore(Tensor features, Tensor members, Tensor others, Generator random)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(random);
        using var scope = NewDisposeScope();
        var (centre, spread) = (features.mean([0]), features.std(0, unbiased: false).clamp_min(1e-12));
        Tensor Standard(Tensor x) => ((x - centre) / spread).clamp(-8, 8).to(ScalarType.Float32);
        var (x, y) = (Standard(features), members.to(ScalarType.Float32));
        using var network = nn.Sequential(
            ("in", nn.Linear(x.shape[1], _options.Width)), ("relu1", nn.ReLU()), ("hidden", nn.Linear(_options.Width, _options.Width)), ("relu2", nn.ReLU()), ("out", nn.Linear(_options.Width, 1)));
        using (no_grad())
        {
            foreach (var weight in network.parameters())
            {
                _ = weight.dim() > 1 ? nn.init.normal_(weight, 0, Math.Sqrt(2.0 / weight.shape[1]), random) : nn.init.zeros_(weight);
            }
        }

        using var gradients = enable_grad();
        using var optimizer = optim.AdamW(network.parameters(), _options.LearningRate, weight_decay: _options.WeightDecay);
        for (var step = 0; step < _options.Steps; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.binary_cross_entropy_with_logits(network.call(x).squeeze(1), y).backward();
            optimizer.step();
        }

        using var noGradient = no_grad();
        return network.call(Standard(others)).squeeze(1).to(ScalarType.Float64).MoveToOuterDisposeScope();
    }
}
