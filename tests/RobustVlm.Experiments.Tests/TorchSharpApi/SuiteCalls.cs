using System.Reflection;
using System.Reflection.Emit;

namespace RobustVlm.Experiments.Tests.TorchSharpApi;

/// <summary>What one assembly of the suite takes from the tensor library: every member it calls, reads, makes or overrides.</summary>
internal static class SuiteCalls
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Members of <paramref name="library"/> in use, each with one place that uses it.</summary>
    /// <param name="suite">The assembly that uses them.</param>
    /// <param name="library">The tensor library.</param>
    /// <param name="counts">Which types of the suite to look at.</param>
    internal static IReadOnlyDictionary<MemberInfo, string> Of(Assembly suite, Assembly library, Func<Type, bool> counts)
    {
        var found = new Dictionary<MemberInfo, string>();
        foreach (var type in suite.GetTypes().Where(counts))
        {
            foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                foreach (var member in Members(method).Concat(Overridden(method)))
                {
                    if (member.Module.Assembly == library)
                    {
                        found.TryAdd(Definition(member), $"{type.FullName}.{method.Name}");
                    }
                }
            }
        }

        return found;
    }

    // A member of List<Tensor> is the same member as that of List<T>.
    private static MemberInfo Definition(MemberInfo member) => member switch
    {
        FieldInfo field => field.Module.ResolveField(field.MetadataToken)!,
        _ => member.Module.ResolveMethod(member.MetadataToken)!,
    };

    /// <summary>Whether a member only gives another body to one that a base class declares.</summary>
    internal static bool IsOverride(MemberInfo member) => member is MethodInfo method && method.GetBaseDefinition() != method;

    private static IEnumerable<MemberInfo> Overridden(MethodBase method) =>
        method is MethodInfo { IsVirtual: true } virtualMethod && virtualMethod.GetBaseDefinition() is var origin && origin != method ? [origin] : [];

    private static IEnumerable<MemberInfo> Members(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xfe)
            {
                value = (short)(0xfe00 | code[at++]);
            }

            var operation = OpCodesByValue[value];
            if (operation.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok)
            {
                var member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments);
                if (member is MethodBase or FieldInfo)
                {
                    yield return member;
                }
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
