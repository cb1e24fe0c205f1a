using static TorchSharp.torch;

namespace RobustVlm.Attacks.Text;

/// <summary>Settings of <see cref="BertAttack"/>. The defaults are those of Co-Attack and SGA.</summary>
public sealed record BertAttackOptions
{
    /// <summary>Candidates of the language model for each word, at least one.</summary>
    public int Candidates { get; init; } = 10;

    /// <summary>Least logit (no probability) of a candidate; 0 takes all.</summary>
    public double Threshold { get; init; } = 0.3;

    /// <summary>Largest number of words changed in a caption, at least one.</summary>
    public int MaxChanges { get; init; } = 1;

    /// <summary>What stands in place of a word while its importance is measured.</summary>
    public string UnknownWord { get; init; } = "[UNK]";

    /// <summary>Whether to take, as the code of Co-Attack and SGA does by mistake, the candidates of the piece before each word.</summary>
    public bool ReproduceOffByOne { get; init; }
}

/// <summary>Replaces the most important words by what a masked language model puts there (BERT-Attack, Li et al. 2020, arXiv:2004.09984), in the
/// form for image-text models of Co-Attack (Zhang et al. 2022, arXiv:2206.09391).</summary>
/// <remarks>
/// Importance and objective are KL(softmax(t) ‖ softmax(t')) of the caption's embedding and the changed one's. Stop words are neither replaced nor
/// put in; unlike in the published code, a word is never replaced by two. Punctuation and capitals stay.
/// </remarks>
public sealed class BertAttack : ITextAttack
{
    private readonly BertAttackOptions _options;
    private readonly WordSubstitution _substitution;

    /// <summary>Makes the attack.</summary>
    /// <param name="language">The language model that proposes words, in evaluation mode.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no candidates or no changes.</exception>
    public BertAttack(IMaskedLanguageModel language, BertAttackOptions? options = null)
    {
        _options = options ?? new BertAttackOptions();
        _substitution = new WordSubstitution(language, _options);
    }

    /// <inheritdoc/>
    public string Name => "BERT-Attack";

    /// <inheritdoc/>
    public int MaxChanges => _options.MaxChanges;

    /// <inheritdoc/>
    public IReadOnlyList<string> Perturb(IImageTextModel model, IReadOnlyList<string> captions, Generator random, Action<double>? progress = null)
    {
        TextInput.Check(model, captions, random);
        return _substitution.Attack(model, captions, guides: null, progress);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {_options}";
}
