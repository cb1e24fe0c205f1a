using RobustVlm.Models.Diffusion;
using static TorchSharp.torch;

namespace RobustVlm.Privacy;

/// <summary>Settings of <see cref="SecMi"/>. The defaults are those of the released code, whose loop ends one stride before the level that the paper names.</summary>
public sealed record SecMiOptions
{
    /// <summary>Noise level at which the detour is made, a multiple of <see cref="Stride"/>; the paper's 100 is 90 in its code.</summary>
    public int Level { get; init; } = 90;

    /// <summary>Levels of one move, at least one.</summary>
    public int Stride { get; init; } = 10;

    /// <summary>Images at once.</summary>
    public int BatchSize { get; init; } = 256;
}

/// <summary>Step-wise error: how far an image, noised without chance, ends from where it was after one move up and one down (SecMI_stat, Duan et al. 2023, arXiv:2302.01316).</summary>
/// <param name="options">Settings; null takes the defaults.</param>
public sealed class SecMi(SecMiOptions? options = null) : IMembershipAttack
{
    private readonly SecMiOptions _options = Checked(options ?? new SecMiOptions());

    /// <inheritdoc/>
    public string Name => "SecMI";

    /// <inheritdoc/>
    public AttackAccess Access => AttackAccess.GreyBox;

    /// <inheritdoc/>
    public Tensor Score(DiffusionModel model, CandidateImages candidates, CounterNoise noise)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Map(_options.BatchSize, batch => Error(model, model.Codec.Encode(batch.Images), batch.Captions));
    }

    /// <summary>The error of encoded images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">Float tensor [N, C, H, W], in the codec's form.</param>
    /// <param name="captions">Long tensor [N, T], tokens, or null.</param>
    /// <returns>Float tensor [N], the squared distance.</returns>
    internal Tensor Error(DiffusionModel model, Tensor encoded, Tensor? captions)
    {
        var x = encoded;
        for (var level = 0; level < _options.Level; level += _options.Stride)
        {
            x = Move(x, level, level + _options.Stride);
        }

        var there = Move(x, _options.Level, _options.Level + _options.Stride);
        return (Move(there, _options.Level + _options.Stride, _options.Level) - x).square().sum([1, 2, 3]);

        Tensor Move(Tensor from, int level, int to)
        {
            using var scope = NewDisposeScope();
            return model.Schedule.Move(from, level, to, model.Noise(from, level, captions)).MoveToOuterDisposeScope();
        }
    }

    private static SecMiOptions Checked(SecMiOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Stride, 1, nameof(options));
        return options.Level >= 0 && options.Level % options.Stride == 0 ? options
            : throw new ArgumentException($"The level {options.Level} is not reached in moves of {options.Stride}; make it a multiple.", nameof(options));
    }
}
