using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace RobustVlm.Kernel.Display;

/// <summary>
/// The methods by which a type says how it wants to be shown. Found by name, so that a library needs no reference to the kernel.
/// </summary>
internal sealed class ObjectMethods
{
    private static readonly ConcurrentDictionary<Type, ObjectMethods> Cache = new();

    private readonly MethodInfo? _bundle;
    private readonly MethodInfo? _metadata;
    private readonly MethodInfo? _html;

    private ObjectMethods(Type type)
    {
        _bundle = Find(type, "ToMimeBundle", typeof(IReadOnlyDictionary<string, object>));
        _metadata = Find(type, "ToMimeMetadata", typeof(IReadOnlyDictionary<string, object>));
        _html = Find(type, "ToHtml", typeof(string));
        SpeaksForItself = WritesOwnText(type);
    }

    public static ObjectMethods Of(Type type) => Cache.GetOrAdd(type, key => new ObjectMethods(key));

    /// <summary>
    /// Whether the type's author wrote a ToString(): then that is how an object is shown, not a tree of its properties. Lists stay tables, and
    /// types of the framework are left to the formatters.
    /// </summary>
    public bool SpeaksForItself { get; }

    /// <summary>The object's own MIME bundle; null when its type does not offer one.</summary>
    public IReadOnlyDictionary<string, object>? Bundle(object value) => Call<IReadOnlyDictionary<string, object>>(_bundle, value);

    /// <summary>The metadata of the bundle; null when the type does not offer any.</summary>
    public IReadOnlyDictionary<string, object>? Metadata(object value) => Call<IReadOnlyDictionary<string, object>>(_metadata, value);

    /// <summary>The object's own HTML; null when its type does not offer it.</summary>
    public string? Html(object value) => Call<string>(_html, value);

    private static T? Call<T>(MethodInfo? method, object value)
        where T : class =>
        method?.Invoke(value, BindingFlags.DoNotWrapExceptions, null, null, null) as T;

    private static bool WritesOwnText(Type type)
    {
        var text = type.GetMethod(nameof(ToString), BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes);
        var author = text?.DeclaringType?.Namespace ?? "";
        return type.IsClass && !typeof(IEnumerable).IsAssignableFrom(type)
            && !author.StartsWith("System", StringComparison.Ordinal) && !author.StartsWith("Microsoft", StringComparison.Ordinal)
            && text?.GetCustomAttribute<CompilerGeneratedAttribute>() is null;   // as records have it
    }

    private static MethodInfo? Find(Type type, string name, Type result)
    {
        var method = type.GetMethod(name, BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes);
        return method is { ContainsGenericParameters: false } && result.IsAssignableFrom(method.ReturnType) ? method : null;
    }
}
