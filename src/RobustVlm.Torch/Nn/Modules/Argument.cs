using System.Numerics;
using System.Runtime.CompilerServices;

namespace TorchSharp.Modules;

/// <summary>Checks of constructor arguments with one wording.</summary>
internal static class Argument
{
    public static void Positive(long value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Check(value > 0, value, name, "must be at least 1");

    public static void Probability(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Check(value is >= 0 and <= 1, value, name, "must be between 0 and 1");

    public static void Decay(double value, string name) => Check(value is >= 0 and < 1, value, name, "must be at least 0 and below 1");

    public static void NotNegative<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : INumber<T> => Check(value >= T.Zero, value, name, "must not be negative");

    public static void Divides(long divisor, long value, string divisorName, string name) =>
        Check(divisor > 0 && value % divisor == 0, value, name, $"must be a multiple of {divisorName} ({divisor})");

    private static void Check<T>(bool holds, T value, string name, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} {rule}.");
        }
    }
}
