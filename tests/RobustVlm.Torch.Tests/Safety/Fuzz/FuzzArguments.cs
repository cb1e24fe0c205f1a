using System.Globalization;
using System.Reflection;
using TorchSharp;

namespace RobustVlm.Torch.Tests.Safety.Fuzz;

/// <summary>Arguments by parameter type: mostly plausible ones, so that calls get past the first check, and wild ones.</summary>
internal sealed class FuzzArguments(Random random)
{
    private static readonly long[] Integers = [0, 1, 2, 3, -1, 1, 0];
    private static readonly long[] WildIntegers = [-2, -3, 4, 7, 64, 1 << 16, int.MaxValue, int.MinValue, 1L << 33, 1L << 40, 1L << 62, long.MaxValue, long.MinValue];
    private static readonly double[] Reals = [0, 1, 0.5, 2, 1e-5, 0.1];
    private static readonly double[] WildReals = [-1, -0.0, 1e-320, 1e30, 1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -1e19];
    private static readonly string[] WildWords = ["", "no-such-thing", "é∂", "ii->", "...", "\0", "cuda", "cpu:9"];

    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["equation"] = ["ij,jk->ik", "ij->ji", "ij,ij->", "ii->i", "...i,...i->...", "bij,bjk->bik", "i,i", "ij,j", "->"],
        ["padding"] = ["same", "valid"],
        ["norm"] = ["ortho", "forward", "backward"],
        ["mode"] = ["constant", "reflect", "replicate", "circular", "reduced", "complete", "r"],
        ["UPLO"] = ["L", "U"],
        ["approximate"] = ["none", "tanh"],
        ["driver"] = ["gelsd", "gelsy", "gels", "gelss"],
        ["indexing"] = ["ij", "xy"],
        ["interpolation"] = ["linear", "lower", "higher", "nearest", "midpoint"],
        ["rounding_mode"] = ["trunc", "floor"],
        ["side"] = ["left", "right"],
    };

    private readonly FuzzTensors _tensors = new(random);
    private double _wildness;

    /// <summary>Whether null was given where the declaration does not allow it; the compiler warns of that.</summary>
    internal bool BrokeNullability { get; private set; }

    /// <summary>Whether arguments of this type can be made.</summary>
    internal static bool CanMake(Type type) => Element(type) is { } element ? CanMakeOne(element) : CanMakeOne(Nullable.GetUnderlyingType(type) ?? type);

    internal static Type? SpanElement(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>) || type.GetGenericTypeDefinition() == typeof(Span<>)) ? type.GetGenericArguments()[0] : null;

    /// <summary>The arguments of one call, the receiver first, and their description.</summary>
    internal (object?[] Values, string Text) For(FuzzTarget target)
    {
        _wildness = random.Next(3) switch { 0 => 0, 1 => 0.1, _ => 0.5 };
        _tensors.Begin();
        var values = new List<object?>();
        var texts = new List<string>();
        if (target.HasReceiver)
        {
            Add(_tensors.Make("self", random.NextDouble() < _wildness));
        }

        foreach (var parameter in target.Parameters)
        {
            Add(Make(parameter.ParameterType, parameter.Name ?? "", parameter));
        }

        return ([.. values], $"{target.Name}({string.Join(", ", texts)})");

        void Add((object? Value, string Text) argument)
        {
            values.Add(argument.Value);
            texts.Add(argument.Text);
        }
    }

    private static Type? Element(Type type) =>
        SpanElement(type) ?? (type.IsArray ? type.GetElementType()
            : type.IsGenericType && type.IsInterface && type.IsAssignableFrom(type.GetGenericArguments()[0].MakeArrayType()) ? type.GetGenericArguments()[0] : null);

    private static bool CanMakeOne(Type type) =>
        type == typeof(torch.Tensor) || type == typeof(Scalar) || type == typeof(torch.Device) || type == typeof(torch.Generator) || type == typeof(string)
        || type == typeof(torch.TensorIndex) || type.IsEnum || (type.IsPrimitive && type != typeof(nint) && type != typeof(nuint)) || (Tuple(type) is { } parts && parts.All(CanMakeOne));

    private static Type[]? Tuple(Type type) => type.IsGenericType && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) ? type.GetGenericArguments() : null;

    private (object? Value, string Text) Make(Type type, string role, ParameterInfo? parameter = null)
    {
        var wild = random.NextDouble() < _wildness;
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return random.Next(2) == 0 ? (null, "null") : One(inner, role, wild);
        }

        var optional = parameter is not null && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
        if (!type.IsValueType && (optional ? random.Next(2) == 0 : wild && random.Next(12) == 0))
        {
            BrokeNullability |= !optional;
            return (null, "null");
        }

        if (Element(type) is not { } element)
        {
            return One(type, role, wild);
        }

        var length = wild ? random.Next(7) : 1 + random.Next(3);
        var texts = new string[length];
        if (type.IsArray && type.GetArrayRank() > 1)
        {
            return (Array.CreateInstance(element, [.. Enumerable.Range(0, type.GetArrayRank()).Select(_ => random.Next(3))]), "zeros");
        }

        var array = Array.CreateInstance(element, length);
        for (var i = 0; i < length; i++)
        {
            (var value, texts[i]) = Make(element, role);
            array.SetValue(value, i);
        }

        return (array, $"[{string.Join(", ", texts)}]");
    }

    private (object? Value, string Text) One(Type type, string role, bool wild)
    {
        if (type == typeof(torch.Tensor))
        {
            return _tensors.Make(role, wild);
        }

        if (type == typeof(string))
        {
            var word = !wild && Words.TryGetValue(role, out var known) ? Pick(known) : Pick(WildWords);
            return (word, $"\"{word.ReplaceLineEndings("\\n")}\"");
        }

        if (type.IsEnum)
        {
            // A number without a name is one cast away.
            var names = Enum.GetValuesAsUnderlyingType(type);
            var number = wild && random.Next(3) == 0 ? Pick<long>([-1, 8, 12, 13, 14, 16, 17, 99, 127, -128]) : Convert.ToInt64(names.GetValue(random.Next(names.Length)), CultureInfo.InvariantCulture);
            var value = Enum.ToObject(type, number);
            return (value, $"{type.Name}.{value}");
        }

        if (type == typeof(torch.Device))
        {
            var device = wild ? Pick<torch.Device>([torch.CUDA, torch.META, new torch.Device((DeviceType)7), new torch.Device((DeviceType)99), new torch.Device(DeviceType.CPU, 5)]) : torch.CPU;
            return (device, device.ToString());
        }

        if (type == typeof(torch.Generator))
        {
            var generator = new torch.Generator(1);
            if (wild)
            {
                generator.Dispose();
            }

            return (generator, wild ? "freed generator" : "generator");
        }

        if (type == typeof(torch.TensorIndex))
        {
            return Index(wild);
        }

        if (type == typeof(Scalar))
        {
            var (value, text) = random.Next(3) switch { 0 => ((Scalar)Integer(wild), ""), 1 => (Real(wild), ""), _ => ((Scalar)(random.Next(2) == 0), "") };
            return (value, text + value);
        }

        if (Tuple(type) is { } parts)
        {
            var made = parts.Select(part => One(part, role, wild)).ToArray();
            return (Activator.CreateInstance(type, [.. made.Select(part => part.Value)]), $"({string.Join(", ", made.Select(part => part.Text))})");
        }

        object primitive = type == typeof(bool) ? random.Next(2) == 0
            : type == typeof(double) ? Real(wild)
            : type == typeof(float) ? (float)Real(wild)
            : type == typeof(char) ? (wild ? '\0' : 'L')
            : type == typeof(ulong) ? unchecked((ulong)Integer(wild))
            : Convert.ChangeType(Clamped(type, Integer(wild)), type, CultureInfo.InvariantCulture);
        return (primitive, Convert.ToString(primitive, CultureInfo.InvariantCulture) ?? "");
    }

    private (object? Value, string Text) Index(bool wild)
    {
        switch (random.Next(6))
        {
            case 0: return (torch.TensorIndex.Ellipsis, "...");
            case 1: return (torch.TensorIndex.Null, "None");
            case 2: return (torch.TensorIndex.Bool(random.Next(2) == 0), "bool");
            case 3:
                var (start, stop, step) = (Integer(wild), Integer(wild), Integer(wild));
                return (torch.TensorIndex.Slice(start, stop, step), $"{start}:{stop}:{step}");
            case 4:
                var (tensor, text) = _tensors.Make("index", wild);
                return (torch.TensorIndex.Tensor(tensor), text);
            default:
                var number = Integer(wild);
                return (torch.TensorIndex.Single(number), number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long Clamped(Type type, long number) => Type.GetTypeCode(type) switch
    {
        TypeCode.Int32 => Math.Clamp(number, int.MinValue, int.MaxValue),
        TypeCode.Int16 => Math.Clamp(number, short.MinValue, short.MaxValue),
        TypeCode.SByte => Math.Clamp(number, sbyte.MinValue, sbyte.MaxValue),
        TypeCode.Byte => Math.Clamp(number, 0, byte.MaxValue),
        TypeCode.UInt16 => Math.Clamp(number, 0, ushort.MaxValue),
        TypeCode.UInt32 => Math.Clamp(number, 0, uint.MaxValue),
        _ => number,
    };

    private long Integer(bool wild) => Pick(wild ? WildIntegers : Integers);

    private double Real(bool wild) => Pick(wild ? WildReals : Reals);

    private T Pick<T>(T[] pool) => pool[random.Next(pool.Length)];
}
