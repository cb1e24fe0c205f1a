using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RobustVlm.Experiments.Tests.TorchSharpApi;

/// <summary>
/// What a C# program can write against an assembly's namespace TorchSharp, one line per member: names and types of parameters,
/// default values, result. A line reads the same for our binding and for the package, although their types differ.
/// </summary>
internal static class ApiSignatures
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>All lines of an assembly, members grouped by type.</summary>
    internal static IReadOnlyList<ApiLine> Of(Assembly assembly) =>
        [.. assembly.GetTypes().Where(IsVisible).SelectMany(LinesOf).Distinct().OrderBy(line => line.Text, StringComparer.Ordinal)];

    internal static IEnumerable<ApiLine> LinesOf(Type type)
    {
        var owner = NameOf(type);
        var bases = new[] { type.BaseType }.Concat(type.GetInterfaces()).OfType<Type>().Select(NameOf).Where(name => name.Contains('.', StringComparison.Ordinal));
        yield return new ApiLine(owner, "", $"type {owner} : {string.Join(", ", bases.Order(StringComparer.Ordinal))}".TrimEnd(' ', ':'));
        foreach (var member in type.GetMembers(Declared))
        {
            if (Describe(member) is { } text)
            {
                yield return new ApiLine(owner, member is MethodInfo method ? WrittenName(method) : member.Name, $"{owner}.{text}");
            }
        }
    }

    internal static string? Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsSpecialName: false } field when IsVisible(field.Attributes) => field.IsLiteral && field.DeclaringType!.IsEnum
            ? $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"
            : $"{field.Name} : {NameOf(field.FieldType)}",
        ConstructorInfo { IsStatic: false } constructor when IsVisible(constructor.Attributes) => $"new({Parameters(constructor)})",
        MethodInfo method when IsVisible(method.Attributes) && !IsCompilerMade(method) => $"{WrittenName(method)}{Arity(method)}({Parameters(method)}) : {NameOf(method.ReturnType)}",
        _ => null,
    };

    internal static string NameOf(Type type)
    {
        if (type.IsByRef || type.IsPointer)
        {
            return NameOf(type.GetElementType()!) + (type.IsByRef ? "&" : "*");
        }

        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        var arguments = type.GetGenericArguments();
        if (type.IsGenericType && type.Name == "Nullable`1")
        {
            // The package's Scalar is a class, ours a value: what a caller writes is the same.
            var value = NameOf(arguments[0]);
            return value == "Scalar" ? value : value + "?";
        }

        var name = type.IsNested ? $"{NameOf(type.DeclaringType!).Split('<')[0]}.{type.Name}" : type.Name;
        name = name.Contains('`', StringComparison.Ordinal) ? name[..name.IndexOf('`', StringComparison.Ordinal)] : name;
        if (!type.IsNested && type.Namespace is { } space && space.StartsWith("TorchSharp.", StringComparison.Ordinal))
        {
            name = $"{space["TorchSharp.".Length..]}.{name}";
        }

        return arguments.Length == 0 ? name : $"{name}<{string.Join(", ", arguments.Select(NameOf))}>";
    }

    private static bool IsVisible(Type type) => type.Namespace is { } space
        && (space == "TorchSharp" || space.StartsWith("TorchSharp.", StringComparison.Ordinal))
        && (type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!) : type.IsPublic);

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    // What records and overrides of Object bring along is not written by anybody.
    private static bool IsCompilerMade(MethodInfo method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute), false) && !method.IsSpecialName
        || method.Name is "Equals" or "GetHashCode" or "ToString" or "Finalize" or "op_Equality" or "op_Inequality" or "<Clone>$";

    // The name of an indexer's accessors is never written, and assemblies choose it freely.
    private static string WrittenName(MethodInfo method) =>
        method.IsSpecialName && method.DeclaringType!.GetCustomAttribute<DefaultMemberAttribute>()?.MemberName is { } indexer && method.Name.EndsWith("_" + indexer, StringComparison.Ordinal)
            ? method.Name[..4] + "this"
            : method.Name;

    private static string Arity(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Describe));

    private static string Describe(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params "
            : parameter.Position == 0 && parameter.Member.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return $"{prefix}{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "")}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        float or double => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        Enum member => Convert.ToInt64(member, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

/// <summary>One line of <see cref="ApiSignatures"/>.</summary>
/// <param name="Type">The type's name.</param>
/// <param name="Member">The member's name; empty for the line of the type itself.</param>
/// <param name="Text">The whole line.</param>
internal sealed record ApiLine(string Type, string Member, string Text);
