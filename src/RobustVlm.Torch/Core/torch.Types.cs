namespace TorchSharp;

/// <summary>Kinds of device, numbered as in libtorch.</summary>
public enum DeviceType
{
    /// <summary>The processor.</summary>
    CPU = 0,

    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,

    /// <summary>Shapes only, no data.</summary>
    META = 14,
}

public static partial class torch
{
    /// <summary>Element types, numbered as in libtorch.</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        ComplexFloat32 = 9,
        ComplexFloat64 = 10,
        Bool = 11,
        BFloat16 = 15,
    }

    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType int8 = ScalarType.Int8;
    public const ScalarType int16 = ScalarType.Int16;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType float16 = ScalarType.Float16;
    public const ScalarType half = ScalarType.Float16;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    public const ScalarType complex64 = ScalarType.ComplexFloat32;
    public const ScalarType cfloat = ScalarType.ComplexFloat32;
    public const ScalarType complex128 = ScalarType.ComplexFloat64;
    public const ScalarType cdouble = ScalarType.ComplexFloat64;
    public const ScalarType @bool = ScalarType.Bool;
    public const ScalarType @double = ScalarType.Float64;
    public const ScalarType @float = ScalarType.Float32;
    public const ScalarType @int = ScalarType.Int32;
    public const ScalarType @long = ScalarType.Int64;
    public const ScalarType @short = ScalarType.Int16;

    public static Device CPU { get; } = new(DeviceType.CPU);

    public static Device CUDA { get; } = new(DeviceType.CUDA, 0);

    public static Device META { get; } = new(DeviceType.META);

    public static bool is_integral(ScalarType type) => type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 or ScalarType.Bool;

    public static bool is_floating_point(ScalarType type) => type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    public static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;

    public static Device device(string description) => new(description);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    /// <summary>Where a tensor lives, e.g. <c>cpu</c> or <c>cuda:0</c>.</summary>
    public sealed class Device : IEquatable<Device>
    {
        private const int LargestIndex = sbyte.MaxValue;

        /// <param name="description"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>meta</c>.</param>
        /// <exception cref="ArgumentException">The description is none of these.</exception>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var parts = description.Split(':');
            index = -1;
            type = parts[0] switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                "meta" => DeviceType.META,
                _ => throw new ArgumentException($"'{description}' is not a device; use cpu, cuda, cuda:N or meta.", nameof(description)),
            };
            if (parts.Length > 2 || (parts.Length == 2 && (!int.TryParse(parts[1], out var number) || (index = number) is < 0 or > LargestIndex)))
            {
                throw new ArgumentException($"'{description}' is not a device; use cpu, cuda, cuda:N or meta.", nameof(description));
            }

            if (type == DeviceType.CUDA && index < 0)
            {
                index = 0;
            }
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(index, LargestIndex);
            type = deviceType;
            this.index = deviceType == DeviceType.CUDA && index < 0 ? 0 : index;
        }

        public DeviceType type { get; }

        /// <summary>Number of the device; -1 where there is only one.</summary>
        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public static bool operator ==(Device? left, Device? right) => Equals(left, right);

        public static bool operator !=(Device? left, Device? right) => !Equals(left, right);

        public bool Equals(Device? other) => other is not null && other.type == type && Math.Max(0, other.index) == Math.Max(0, index);

        public override bool Equals(object? obj) => Equals(obj as Device);

        public override int GetHashCode() => HashCode.Combine(type, Math.Max(0, index));

        public override string ToString() => type switch
        {
            DeviceType.CUDA => $"cuda:{index}",
            DeviceType.META => "meta",
            _ => "cpu",
        };
    }
}
