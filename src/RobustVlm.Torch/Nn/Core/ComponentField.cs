using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

/// <summary>A field of a user's module that can hold components, under the name its component is registered with.</summary>
internal sealed class ComponentField
{
    private static readonly ConcurrentDictionary<Type, ComponentField[]> Cache = new();
    private static readonly ConcurrentDictionary<(Type Field, Type Value), bool> Never = new();

    private readonly FieldInfo _field;

    private ComponentField(FieldInfo field)
    {
        _field = field;
        Name = NameOf(field);
    }

    public string Name { get; }

    public static ComponentField[] Of(Type type) => Cache.GetOrAdd(type, Find);

    public object? GetValue(object module) => _field.GetValue(module);

    /// <summary>
    /// The modules and parameters in a list, array, dictionary or tuple, nested ones included; null when the value is
    /// none of these or is not meant for components.
    /// </summary>
    public IReadOnlyList<object>? ComponentsIn(object value)
    {
        if (value is string || (value is not ITuple && Never.GetOrAdd((_field.FieldType, value.GetType()), CanHoldNone)))
        {
            return null;
        }

        var found = new List<object>();
        Collect(value, found, depth: 0);
        return found.Count > 0 || (value is IEnumerable && ElementTypes(_field.FieldType).Concat(ElementTypes(value.GetType())).Any(IsComponent))
            ? found
            : null;
    }

    private static void Collect(object? value, List<object> found, int depth)
    {
        const int deepest = 3;
        switch (value)
        {
            case torch.nn.Module or Parameter:
                found.Add(value);
                break;
            case string or torch.Tensor or null:
                break;
            case ITuple tuple:
                for (var i = 0; i < tuple.Length; i++)
                {
                    Collect(tuple[i], found, depth);
                }

                break;
            case IDictionary dictionary:
                Collect(dictionary.Values, found, depth);
                break;
            case ICollection items when depth < deepest:
                foreach (var item in items)
                {
                    Collect(item, found, depth + 1);
                }

                break;
        }
    }

    private static bool CanHoldNone((Type Field, Type Value) types) =>
        !typeof(IEnumerable).IsAssignableFrom(types.Value)
        || !ElementTypes(types.Field).Concat(ElementTypes(types.Value)).Any(element => IsComponent(element) || MayHoldComponent(element));

    // Base classes first and fields as written: the order in which PyTorch's constructors would have registered them.
    // The layers of this assembly register by hand, so the walk ends where they begin.
    private static ComponentField[] Find(Type type)
    {
        var levels = new Stack<Type>();
        for (var level = type; level is not null && level.Assembly != typeof(ComponentField).Assembly; level = level.BaseType)
        {
            levels.Push(level);
        }

        var fields = levels
            .SelectMany(level => level
                .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .OrderBy(field => field.MetadataToken))
            .Where(field => CanMatter(field.FieldType))
            .Select(field => new ComponentField(field))
            .ToArray();

        var twice = fields.Where(field => IsComponent(field._field.FieldType)).GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? fields
            : throw new InvalidOperationException(
                $"{type.Name} and one of its base classes both have a component field named '{twice.Key}'; rename one, or give it another key with [ComponentName].");
    }

    private static bool CanMatter(Type type) =>
        !type.IsPrimitive && !type.IsEnum && !type.IsPointer && type != typeof(string) && !typeof(Delegate).IsAssignableFrom(type);

    private static bool IsComponent(Type type) =>
        typeof(torch.nn.Module).IsAssignableFrom(type) || typeof(Parameter).IsAssignableFrom(type)
        || (type.IsGenericType && type.IsValueType && type.GetGenericArguments().Any(IsComponent));

    // A vocabulary of strings and numbers must not be searched at every walk over the model.
    private static bool MayHoldComponent(Type type, int depth = 0)
    {
        const int deepest = 3;
        return type != typeof(string) && depth < deepest
            && (type == typeof(object) || type == typeof(torch.Tensor) || type.IsInterface
                || Parts(type).Any(part => IsComponent(part) || MayHoldComponent(part, depth + 1)));
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.IsGenericType && (type.IsValueType || typeof(ITuple).IsAssignableFrom(type)) ? type.GetGenericArguments() : ElementTypes(type);

    private static IEnumerable<Type> ElementTypes(Type type) =>
        type.GetInterfaces()
            .Append(type)
            .Where(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(candidate => candidate.GetGenericArguments()[0]);

    // "<fc>k__BackingField" and "<fc>P" are an automatic property and a captured constructor parameter called fc.
    private static string NameOf(FieldInfo field)
    {
        var given = field.GetCustomAttribute<ComponentNameAttribute>()?.Name;
        if (given is not null)
        {
            return given;
        }

        var end = field.Name.IndexOf('>', StringComparison.Ordinal);
        return field.Name.StartsWith('<') && end > 1 ? field.Name[1..end] : field.Name;
    }
}
