using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.FrozenBackbones;

/// <summary>Settings of <see cref="EmbeddingHead"/>. The defaults are the published ones.</summary>
public sealed record EmbeddingHeadOptions
{
    /// <summary>Length D of an embedding.</summary>
    public int InputWidth { get; init; } = 768;

    /// <summary>Width of the hidden layer.</summary>
    public int HiddenWidth { get; init; } = 512;

    /// <summary>Number of logits K: classes, or 1 for a yes-or-no question.</summary>
    public int Classes { get; init; } = 1;

    /// <summary>Share of the numbers that are dropped in training, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;
}

/// <summary>
/// Classifies embeddings by two layers with batch normalisation between them: what Adaptor's released code puts on frozen features (arXiv:2401.01179), after
/// the evaluation head of MGCA (arXiv:2210.06044). It is no linear probe. Training mode needs <see cref="DropoutRandom"/>.
/// </summary>
public sealed class EmbeddingHead : nn.Module<Tensor, Tensor>, IHasDropout
{
    private readonly Linear hidden;
    private readonly BatchNorm1d norm;
    private readonly Linear last;
    private readonly EmbeddingHeadOptions options;

    /// <summary>Makes a head with random weights.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="random">Source of the initial weights.</param>
    /// <exception cref="ArgumentException">A size is out of its range.</exception>
    public EmbeddingHead(EmbeddingHeadOptions options, Generator random)
        : base(nameof(EmbeddingHead))
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InputWidth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HiddenWidth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Classes, 1, nameof(options));
        if (options.Dropout is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Dropout, "Choose Dropout from 0 up to, but not including, 1.");
        }

        this.options = options;
        hidden = nn.Linear(options.InputWidth, options.HiddenWidth, hasBias: false);
        norm = nn.BatchNorm1d(options.HiddenWidth);
        last = nn.Linear(options.HiddenWidth, options.Classes);
        RegisterComponents();
        InitialWeights.Uniform(hidden.weight, null, options.InputWidth, random);
        InitialWeights.Uniform(last.weight, last.bias, options.HiddenWidth, random);
    }

    /// <summary>Source of what dropout drops; needed in training mode only.</summary>
    public Generator? DropoutRandom { get; set; }

    /// <summary>Classifies.</summary>
    /// <param name="input">Float tensor [N, D].</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    public override Tensor forward(Tensor input) => last.call(Dropped(norm.call(hidden.call(Dropped(input))).relu()));

    private Tensor Dropped(Tensor x) => SeededDropout.Apply(x, options.Dropout, training, DropoutRandom);
}
