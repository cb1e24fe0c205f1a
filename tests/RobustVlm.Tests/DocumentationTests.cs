using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests;

/// <summary>Every documented tensor tells its shape in brackets.</summary>
public sealed class DocumentationTests
{
    private static readonly Assembly Library = typeof(Classifier).Assembly;

    [Fact]
    public void Every_tensor_parameter_and_result_has_its_shape_in_brackets()
    {
        var members = XDocument.Load(Path.ChangeExtension(Library.Location, ".xml")).Descendants("member")
            .ToDictionary(member => (string?)member.Attribute("name") ?? "");
        var checks = 0;
        var missing = new List<string>();

        foreach (var method in PublicMethods())
        {
            if (!members.TryGetValue(DocumentationId(method), out var member) || member.Element("inheritdoc") is not null)
            {
                continue;
            }

            foreach (var parameter in method.GetParameters().Where(parameter => HoldsTensors(parameter.ParameterType)))
            {
                checks++;
                Check(member.Elements("param").FirstOrDefault(e => (string?)e.Attribute("name") == parameter.Name), $"{DocumentationId(method)}: {parameter.Name}", missing);
            }

            if (method is MethodInfo { ReturnType: var result } && HoldsTensors(result))
            {
                checks++;
                Check(member.Element("returns"), $"{DocumentationId(method)}: result", missing);
            }
        }

        Assert.Empty(missing);
        Assert.True(checks > 30, $"Only {checks} tensors were found; the search is broken.");
    }

    private static void Check(XElement? text, string what, List<string> missing)
    {
        if (text is null || !Regex.IsMatch(text.Value, @"\[.*\]"))
        {
            missing.Add(what);
        }
    }

    private static IEnumerable<MethodBase> PublicMethods() => Library.GetExportedTypes().SelectMany(type => type
        .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .OfType<MethodBase>());

    private static bool HoldsTensors(Type type) =>
        typeof(torch.Tensor).IsAssignableFrom(type)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && HoldsTensors(type.GetGenericArguments()[0]));

    // The documentation of a delegate is on the type itself, and names its parameters there.
    private static string DocumentationId(MethodBase method)
    {
        var type = method.DeclaringType ?? throw new InvalidOperationException($"{method} belongs to no type.");
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return method.Name == "Invoke" ? $"T:{TypeId(type)}" : "";
        }

        var parameters = string.Join(',', method.GetParameters().Select(parameter => TypeId(parameter.ParameterType)));
        return $"M:{TypeId(type)}.{method.Name.Replace('.', '#')}{(parameters.Length > 0 ? $"({parameters})" : "")}";
    }

    private static string TypeId(Type type)
    {
        if (type.IsByRef)
        {
            return TypeId(type.GetElementType() ?? type) + "@";
        }

        if (type.IsArray)
        {
            return TypeId(type.GetElementType() ?? type) + "[]";
        }

        if (!type.IsGenericType)
        {
            return (type.FullName ?? type.Name).Replace('+', '.');
        }

        var name = (type.GetGenericTypeDefinition().FullName ?? type.Name).Replace('+', '.');
        return $"{name[..name.IndexOf('`')]}{{{string.Join(',', type.GetGenericArguments().Select(TypeId))}}}";
    }
}
