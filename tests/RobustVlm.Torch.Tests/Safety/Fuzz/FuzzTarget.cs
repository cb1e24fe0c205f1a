using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;

namespace RobustVlm.Torch.Tests.Safety.Fuzz;

/// <summary>One method that the fuzzer calls. Reflection alone cannot pass spans, so each gets a small thunk.</summary>
internal sealed class FuzzTarget
{
    private readonly Func<object?[], object?> _thunk;

    private FuzzTarget(MethodInfo method)
    {
        Method = method;
        Name = $"{method.DeclaringType!.Name}.{method.Name}";   // every method found has a type
        Parameters = [.. method.GetParameters()];
        _thunk = MakeThunk(method);
    }

    internal MethodInfo Method { get; }

    internal string Name { get; }

    internal ParameterInfo[] Parameters { get; }

    internal bool HasReceiver => !Method.IsStatic;

    internal object? Invoke(object?[] arguments) => _thunk(arguments);

    /// <summary>The typed operators that the generator made; found by name, as tools that do not run generators read this file too.</summary>
    internal static List<FuzzTarget> Operators() => Of(typeof(torch).Assembly.GetType("TorchSharp.Aten", throwOnError: true)!, BindingFlags.Static | BindingFlags.NonPublic);

    /// <summary>Everything public that takes or makes tensors.</summary>
    internal static List<FuzzTarget> PublicMethods() =>
        [.. Of(typeof(torch.Tensor), BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public),
         .. StaticClasses(typeof(torch)).SelectMany(type => Of(type, BindingFlags.Static | BindingFlags.Public))];

    private static IEnumerable<Type> StaticClasses(Type type) =>
        type.GetNestedTypes(BindingFlags.Public).Where(nested => nested is { IsAbstract: true, IsSealed: true }).SelectMany(StaticClasses).Prepend(type);

    private static List<FuzzTarget> Of(Type type, BindingFlags flags) =>
        [.. type.GetMethods(flags | BindingFlags.DeclaredOnly)
            .Where(method => !method.Name.Contains('<', StringComparison.Ordinal) && !ChangesTheProcess(method))
            .Select(Closed)
            .Where(method => method.GetParameters().All(parameter => FuzzArguments.CanMake(parameter.ParameterType)))
            .OrderBy(method => method.ToString(), StringComparer.Ordinal)
            .Select(method => new FuzzTarget(method))];

    // Settings that outlive the call would make later calls depend on earlier ones.
    private static bool ChangesTheProcess(MethodInfo method) =>
        method.Name is "set_default_dtype" or "set_default_device" or "set_grad_enabled" or "no_grad" or "enable_grad" or "inference_mode" or "set_num_threads"
            or "set_num_interop_threads" or "NewDisposeScope" or "save" or "use_deterministic_algorithms" or "set_deterministic_debug_mode" or "GetHashCode" or "Equals" or "load";

    private static MethodInfo Closed(MethodInfo method) =>
        method.IsGenericMethodDefinition && method.GetGenericArguments().All(argument => argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            ? method.MakeGenericMethod([.. method.GetGenericArguments().Select(_ => typeof(float))])
            : method;

    private static Func<object?[], object?> MakeThunk(MethodInfo method)
    {
        var thunk = new DynamicMethod("thunk_" + method.Name, typeof(object), [typeof(object[])], typeof(FuzzTarget).Module, skipVisibility: true);
        var il = thunk.GetILGenerator();
        var types = method.GetParameters().Select(parameter => parameter.ParameterType);
        var all = method.IsStatic ? types.ToArray() : [method.DeclaringType!, .. types];   // every method found has a type
        for (var i = 0; i < all.Length; i++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldelem_Ref);
            if (FuzzArguments.SpanElement(all[i]) is { } element)
            {
                il.Emit(OpCodes.Castclass, element.MakeArrayType());
                il.Emit(OpCodes.Call, all[i].GetMethod("op_Implicit", [element.MakeArrayType()])!);   // every span has it
            }
            else
            {
                il.Emit(OpCodes.Unbox_Any, all[i]);
            }
        }

        il.Emit(method.IsVirtual ? OpCodes.Callvirt : OpCodes.Call, method);
        if (method.ReturnType.IsByRefLike)
        {
            il.Emit(OpCodes.Pop);
            il.Emit(OpCodes.Ldnull);
        }
        else if (method.ReturnType == typeof(void))
        {
            il.Emit(OpCodes.Ldnull);
        }
        else if (method.ReturnType.IsValueType)
        {
            il.Emit(OpCodes.Box, method.ReturnType);
        }

        il.Emit(OpCodes.Ret);
        return thunk.CreateDelegate<Func<object?[], object?>>();
    }
}
