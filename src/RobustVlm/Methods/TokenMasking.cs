using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Settings of <see cref="TokenMasking"/>, BERT's by default.</summary>
public sealed record TokenMaskingOptions
{
    /// <summary>Share of the tokens to be guessed, in (0, 1).</summary>
    public double Share { get; init; } = 0.15;

    /// <summary>Of those: share that is replaced by the mask token.</summary>
    public double Masked { get; init; } = 0.8;

    /// <summary>Of those: share that is replaced by a random token; the rest stays as it is.</summary>
    public double Replaced { get; init; } = 0.1;
}

/// <summary>Hides tokens for a model to guess (BERT; Devlin et al. 2019, arXiv:1810.04805, section 3.1).</summary>
public static class TokenMasking
{
    /// <summary>Target value that a loss shall ignore.</summary>
    public const long Ignored = -100;

    /// <summary>Hides some tokens of each text, at least one.</summary>
    /// <param name="tokens">Long tensor [N, T], token indices.</param>
    /// <param name="maskToken">Index of the mask token; all indices below it may replace a token.</param>
    /// <param name="special">Tokens that are never hidden: padding, start, end.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="options">Shares; null takes BERT's.</param>
    /// <returns>Long tensor [N, T] with hidden tokens, and long tensor [N, T] of targets: the token where it is to be guessed, else <see cref="Ignored"/>.</returns>
    /// <exception cref="ArgumentException">The tokens are not such a tensor.</exception>
    public static (Tensor Tokens, Tensor Targets) Apply(
        Tensor tokens, long maskToken, IReadOnlyCollection<long> special, Generator random, TokenMaskingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(special);
        ArgumentNullException.ThrowIfNull(random);
        options ??= new TokenMaskingOptions();
        if (tokens.dim() != 2 || tokens.dtype != ScalarType.Int64)
        {
            throw new ArgumentException("Give tokens as a long tensor [N, T].", nameof(tokens));
        }

        using var scope = NewDisposeScope();
        var ordinary = ones_like(tokens, dtype: ScalarType.Bool);
        foreach (var token in special)
        {
            ordinary = ordinary.logical_and(tokens.ne(token));
        }

        var lots = Uniform().masked_fill(ordinary.logical_not(), 2);
        var guessed = lots.lt(options.Share).logical_or(lots.eq(lots.amin([1], keepdim: true))).logical_and(ordinary);
        var fate = Uniform();
        var others = randint(0, maskToken, tokens.shape, dtype: ScalarType.Int64, device: random.device, generator: random).to(tokens.device);
        var hidden = where(guessed.logical_and(fate.lt(options.Masked)), full_like(tokens, maskToken), tokens);
        hidden = where(guessed.logical_and(fate.ge(options.Masked)).logical_and(fate.lt(options.Masked + options.Replaced)), others, hidden);
        var targets = tokens.masked_fill(guessed.logical_not(), Ignored);
        return (hidden.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope());

        Tensor Uniform() => rand(tokens.shape, device: random.device, generator: random).to(tokens.device);
    }
}
