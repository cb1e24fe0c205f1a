using System.Globalization;
using RobustVlm.Torch.Interop;

namespace TorchSharp;

/// <summary>One number passed to an operator by value: an integer, a floating-point number or a truth value.</summary>
public readonly struct Scalar : IEquatable<Scalar>
{
    private readonly NativeTag _tag;
    private readonly long _integer;
    private readonly double _real;

    internal Scalar(double value) => (_tag, _real) = (NativeTag.Double, value);

    internal Scalar(long value) => (_tag, _integer) = (NativeTag.Int, value);

    internal Scalar(bool value) => (_tag, _integer) = (NativeTag.Bool, value ? 1 : 0);

    /// <summary>The element type a tensor of this number would have.</summary>
    public torch.ScalarType Type => _tag switch
    {
        NativeTag.Double => torch.ScalarType.Float64,
        NativeTag.Bool => torch.ScalarType.Bool,
        _ => torch.ScalarType.Int64,
    };

    public static implicit operator Scalar(double value) => new(value);

    public static implicit operator Scalar(float value) => new((double)value);

    public static implicit operator Scalar(Half value) => new((double)value);

    public static implicit operator Scalar(long value) => new(value);

    public static implicit operator Scalar(int value) => new((long)value);

    public static implicit operator Scalar(short value) => new((long)value);

    public static implicit operator Scalar(sbyte value) => new((long)value);

    public static implicit operator Scalar(byte value) => new((long)value);

    public static implicit operator Scalar(bool value) => new(value);

    public static bool operator ==(Scalar left, Scalar right) => left.Equals(right);

    public static bool operator !=(Scalar left, Scalar right) => !left.Equals(right);

    /// <summary>The number as a double.</summary>
    public double ToDouble() => _tag == NativeTag.Double ? _real : _integer;

    /// <summary>The number as a float.</summary>
    public float ToSingle() => (float)ToDouble();

    /// <summary>The number as a long; a fraction is cut off.</summary>
    public long ToInt64() => _tag == NativeTag.Double ? (long)_real : _integer;

    /// <summary>The number as an int; a fraction is cut off.</summary>
    public int ToInt32() => checked((int)ToInt64());

    /// <summary>False for zero.</summary>
    public bool ToBoolean() => _tag == NativeTag.Double ? _real != 0 : _integer != 0;

    /// <inheritdoc/>
    public bool Equals(Scalar other) => _tag == other._tag && _integer == other._integer && _real.Equals(other._real);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Scalar other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_tag, _integer, _real);

    /// <inheritdoc/>
    public override string ToString() => _tag switch
    {
        NativeTag.Double => _real.ToString(CultureInfo.InvariantCulture),
        NativeTag.Bool => _integer != 0 ? "true" : "false",
        _ => _integer.ToString(CultureInfo.InvariantCulture),
    };

    internal NativeValue ToNative() => _tag switch
    {
        NativeTag.Double => NativeValue.Of(_real),
        NativeTag.Bool => NativeValue.Of(_integer != 0),
        _ => NativeValue.Of(_integer),
    };
}

/// <summary>Makes a <see cref="Scalar"/> explicitly, as TorchSharp does.</summary>
public static class ScalarExtensionMethods
{
    /// <summary>Makes a scalar.</summary>
    public static Scalar ToScalar(this double value) => value;

    /// <summary>Makes a scalar.</summary>
    public static Scalar ToScalar(this float value) => value;

    /// <summary>Makes a scalar.</summary>
    public static Scalar ToScalar(this long value) => value;

    /// <summary>Makes a scalar.</summary>
    public static Scalar ToScalar(this int value) => value;

    /// <summary>Makes a scalar.</summary>
    public static Scalar ToScalar(this bool value) => value;
}
