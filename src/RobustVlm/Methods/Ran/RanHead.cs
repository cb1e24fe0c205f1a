using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>Settings of <see cref="RanHead"/>.</summary>
public sealed record RanHeadOptions
{
    /// <summary>Whether a small network stands before the linear layer; else the linear layer reads the encoder's features.</summary>
    public bool Adapts { get; init; } = true;

    /// <summary>Width of the network's hidden layer as a multiple of the features'.</summary>
    public int Expansion { get; init; } = 4;

    /// <summary>Initial factor on what the network adds to the features.</summary>
    public double InitialScale { get; init; } = 1;
}

/// <summary>What is trained behind a frozen encoder: Z = s ⊙ MLP(F) + F with one hidden layer and batch normalisation, then a linear layer, as in NMTune (Chen et al. 2024, arXiv:2309.17002).</summary>
/// <remarks>In training both views go through it together, since the normalisation's statistics are those of the batch. Parameter names are those of the published code.</remarks>
public sealed class RanHead : nn.Module<Tensor, Tensor>
{
    // Field names are the keys of a checkpoint file.
    private readonly Sequential? mlp_after;
    private readonly Parameter? scale_after;   // [1, D]
    private readonly Linear classification_head;

    /// <summary>Makes a head.</summary>
    /// <param name="width">Length D of a feature, at least one.</param>
    /// <param name="classes">Number of classes or labels K, at least one.</param>
    /// <param name="random">Source of the initial weights.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    public RanHead(int width, int classes, Generator random, RanHeadOptions? options = null)
        : base(nameof(RanHead))
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Options = options ?? new RanHeadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Expansion, 1, nameof(options));
        if (Options.Adapts)
        {
            var hidden = Options.Expansion * width;
            var (first, last) = (nn.Linear(width, hidden), nn.Linear(hidden, width));
            mlp_after = nn.Sequential(first, nn.BatchNorm1d(hidden), nn.ReLU(), last);
            scale_after = new Parameter(full([1, width], (float)Options.InitialScale));
            InitialWeights.Uniform(first.weight, first.bias, width, random);
            InitialWeights.Uniform(last.weight, last.bias, hidden, random);
        }

        classification_head = nn.Linear(width, classes);
        RegisterComponents();
        using var noGradient = no_grad();

        // Kaiming's uniform weights in PyTorch's default form, bound sqrt(6 / D), and no bias.
        using var drawn = rand([classes, width], device: random.device, generator: random);
        classification_head.weight!.copy_(drawn.mul_(2).sub_(1).mul_(Math.Sqrt(6.0 / width)));   // not null: a linear layer has a weight
        classification_head.bias!.zero_();   // not null: it was asked for
    }

    /// <summary>Settings of this head.</summary>
    public RanHeadOptions Options { get; }

    /// <summary>The adapted features Z, which the linear layer reads.</summary>
    /// <param name="features">Float tensor [N, D], not scaled.</param>
    /// <returns>Float tensor [N, D]; the features themselves when there is no network.</returns>
    public Tensor Adapt(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return mlp_after is null || scale_after is null ? features : (scale_after * mlp_after.call(features)) + features;
    }

    /// <summary>Classifies adapted features.</summary>
    /// <param name="adapted">Float tensor [N, D] of <see cref="Adapt"/>.</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    public Tensor Classify(Tensor adapted) => classification_head.call(adapted);

    /// <summary>Classifies features.</summary>
    /// <param name="input">Float tensor [N, D], not scaled.</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    public override Tensor forward(Tensor input) => Classify(Adapt(input));
}
