using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Operands on which libtorch 1.13 would end the process, read foreign memory or never return. On a graphics card reading
/// values would wait for it, and the card has its own checks, so only tensors of the processor are looked at.
/// </summary>
internal static class OperandChecks
{
    private const double MostPolynomialTerms = 1e7;
    private const double MostCounters = 1L << 48;

    /// <summary>The smallest integer has no counterpart, so that its division by -1 traps.</summary>
    internal static Tensor Dividend(Tensor dividend, Tensor divisor)
    {
        if (IsLooked(dividend) && is_integral(divisor.dtype) && Traps(Aten.result_type_Tensor(dividend, divisor)))
        {
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            var minusOne = divisor.detach().eq(-1);
            if (minusOne.any().ToBoolean() && minusOne.logical_and(dividend.detach().eq(Smallest(Aten.result_type_Tensor(dividend, divisor)))).any().ToBoolean())
            {
                throw Overflow(dividend);
            }
        }

        return dividend;
    }

    /// <inheritdoc cref="Dividend(Tensor, Tensor)"/>
    internal static Tensor Dividend(Tensor dividend, Scalar divisor)
    {
        if (divisor.Type == ScalarType.Int64 && divisor.ToInt64() == -1 && IsLooked(dividend) && Traps(dividend.dtype))
        {
            using var scope = NewDisposeScope();
            if (dividend.detach().eq(Smallest(dividend.dtype)).any().ToBoolean())
            {
                throw Overflow(dividend);
            }
        }

        return dividend;
    }

    /// <summary>One counter per number up to the largest: beyond the address space the size overflows.</summary>
    internal static Tensor Counted(Tensor input)
    {
        if (IsLooked(input) && input.numel() > 0 && Largest(input) > MostCounters)
        {
            throw new ArgumentException($"bincount needs a counter for each number up to the largest, which is {Largest(input):G6} here.");
        }

        return input;
    }

    /// <summary>A count of NaN is drawn for ever.</summary>
    internal static Tensor Counts(Tensor count) =>
        IsLooked(count) && Any(count.detach().isnan()) ? throw new ArgumentException("binomial got a count that is NaN.", nameof(count)) : count;

    /// <summary>Positions in a sorter are not checked by libtorch.</summary>
    internal static Tensor? Sorter(Tensor? sorter, Tensor sequence)
    {
        if (sorter is not null && IsLooked(sorter) && sorter.numel() > 0 && (Smallest(sorter) < 0 || Largest(sorter) >= sequence.shape[^1]))
        {
            throw new ArgumentOutOfRangeException(nameof(sorter), $"The sorter has positions outside of 0 to {sequence.shape[^1] - 1}.");
        }

        return sorter;
    }

    /// <summary>Pivots of a factorisation are row numbers from 1, negative for blocks; LAPACK does not check them.</summary>
    internal static Tensor Pivots(Tensor pivots, Tensor factors)
    {
        if (IsLooked(pivots) && pivots.numel() > 0)
        {
            using var scope = NewDisposeScope();
            var rows = pivots.detach().abs();
            if (Smallest(rows) < 1 || Largest(rows) > factors.shape[^1])
            {
                throw new ArgumentOutOfRangeException(nameof(pivots), $"The pivots are no rows of a matrix with {factors.shape[^1]} rows.");
            }
        }

        return pivots;
    }

    /// <summary>The recurrence runs as many steps as the degree says, without looking at interrupts.</summary>
    internal static Tensor Degree(Tensor degree) =>
        IsLooked(degree) && degree.numel() > 0 && Largest(degree) > MostPolynomialTerms
            ? throw new ArgumentException($"A polynomial of degree {Largest(degree):G6} would take for ever; the largest allowed is {MostPolynomialTerms:G1}.", nameof(degree))
            : degree;

    /// <summary>Weights of classes are read by class number, unchecked.</summary>
    internal static Tensor? ClassWeights(Tensor? weight, Tensor input) =>
        weight is not null && weight.numel() != input.shape.LastOrDefault(1)
            ? throw new ArgumentException($"weight has {weight.numel()} elements for {input.shape.LastOrDefault(1)} classes.", nameof(weight))
            : weight;

    /// <summary>The derivative of sampling at NaN writes outside of the image.</summary>
    internal static Tensor SamplingGrid(Tensor grid, Tensor input) =>
        (input.requires_grad || grid.requires_grad) && is_grad_enabled() && IsLooked(grid) && Any(grid.detach().isnan())
            ? throw new ArgumentException("The grid has positions that are NaN, at which an image has no derivative.", nameof(grid))
            : grid;

    /// <summary>Lengths and targets are used as addresses, unchecked.</summary>
    internal static void Sequences(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths)
    {
        if (!IsLooked(log_probs) || !IsLooked(targets) || log_probs.dim() is < 2 or > 3 || targets.dim() is < 1 or > 2)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (steps, classes) = (log_probs.shape[0], log_probs.shape[^1]);
        var lengths = target_lengths.detach().to(CPU).to(ScalarType.Int64).flatten();
        var padded = log_probs.dim() == 3 && targets.dim() == 2;
        var room = padded ? targets.shape[1] : targets.shape[0];
        Range(input_lengths, 0, steps, nameof(input_lengths));
        Range(lengths, 0, room, nameof(target_lengths));
        var used = targets.detach();
        if (padded && lengths.numel() == targets.shape[0])
        {
            used = used[arange(room).unsqueeze(0).lt(lengths.unsqueeze(1))];
        }
        else if (!padded && lengths.sum().ToInt64() > room)
        {
            throw new ArgumentOutOfRangeException(nameof(target_lengths), $"target_lengths add up to {lengths.sum().ToInt64()}, but there are {room} targets.");
        }

        Range(used, 0, classes - 1, nameof(targets));
    }

    /// <summary>Numbers outside of the enumeration are used as positions in tables.</summary>
    internal static ScalarType Known(ScalarType type) =>
        Enum.IsDefined(type) ? type : throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such element type.");

    private static void Range(Tensor values, long low, long high, string name)
    {
        if (values.numel() > 0 && (Smallest(values) < low || Largest(values) > high))
        {
            throw new ArgumentOutOfRangeException(name, $"{name} must lie from {low} to {high}; they go from {Smallest(values)} to {Largest(values)}.");
        }
    }

    private static bool IsLooked(Tensor tensor) => tensor.device_type == DeviceType.CPU;

    private static bool Traps(ScalarType type) => type is ScalarType.Int32 or ScalarType.Int64;

    private static long Smallest(ScalarType type) => type == ScalarType.Int32 ? int.MinValue : long.MinValue;

    private static OverflowException Overflow(Tensor dividend) =>
        new($"The smallest {dividend.dtype} divided by -1 does not fit into its type; convert to floating point first.");

    private static bool Any(Tensor truths)
    {
        using (truths)
        {
            using var any = truths.any();
            return any.ToBoolean();
        }
    }

    private static double Largest(Tensor values) => Extreme(values, largest: true);

    private static double Smallest(Tensor values) => Extreme(values, largest: false);

    private static double Extreme(Tensor values, bool largest)
    {
        using var scope = NewDisposeScope();
        var detached = values.detach();
        return (largest ? detached.max() : detached.min()).ToDouble();
    }
}
