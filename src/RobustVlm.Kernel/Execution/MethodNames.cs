using System.Reflection;
using System.Text.RegularExpressions;

namespace RobustVlm.Kernel.Execution;

/// <summary>Method names as their author wrote them, from those that the compiler made of them.</summary>
internal static partial class MethodNames
{
    /// <summary>For example <c>Pgd.Perturb(Tensor, Tensor)</c>; empty for a cell's top level.</summary>
    public static string Describe(MethodBase method)
    {
        var typeName = method.DeclaringType?.FullName ?? "";
        var name = method.Name;
        var parameters = method.GetParameters();

        // An async or iterator method lives in a nested class named after it.
        if (name == "MoveNext" && StateMachine().Match(typeName) is { Success: true } machine)
        {
            typeName = typeName[..machine.Index];
            name = machine.Groups["name"].Value;
            parameters = null;
        }

        var display = ClosureClass().Replace(typeName, "");
        if (LocalFunction().Match(name) is { Success: true } local)
        {
            name = local.Groups["name"].Value;
        }
        else if (Lambda().Match(name) is { Success: true } lambda)
        {
            var outer = lambda.Groups["name"].Value;
            name = outer is "" or "<Initialize>" ? "a lambda" : $"a lambda of {outer}";
            parameters = null;
        }

        if (name is "<Initialize>" or "<Factory>")
        {
            return "";
        }

        display = SubmissionClass().Replace(display, "").Replace('+', '.');
        var arity = display.IndexOf('[', StringComparison.Ordinal);
        display = Arity().Replace(arity >= 0 ? display[..arity] : display, "");
        var arguments = parameters is null ? "" : $"({string.Join(", ", parameters.Select(parameter => Arity().Replace(parameter.ParameterType.Name, "")))})";
        return display.Length > 0 && !name.StartsWith("a lambda", StringComparison.Ordinal) ? $"{display}.{name}{arguments}" : name + arguments;
    }

    [GeneratedRegex(@"\+?<(?<name>[^|]*)>d(__\d+)?(`\d+)?(\[.*)?$")]
    private static partial Regex StateMachine();

    [GeneratedRegex(@"\+<>c(__DisplayClass\d+_\d+)?(`\d+)?")]
    private static partial Regex ClosureClass();

    [GeneratedRegex(@"^<.*>g__(?<name>\w+)\|")]
    private static partial Regex LocalFunction();

    [GeneratedRegex(@"^<(?<name>.*)>b__")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"^Submission#\d+\+?")]
    private static partial Regex SubmissionClass();

    [GeneratedRegex(@"`\d+")]
    private static partial Regex Arity();
}
