using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace RobustVlm.Kernel.Execution;

/// <summary>Errors as a notebook's reader needs them: the cause first, then the cell, the line and its text; our own frames left out.</summary>
internal static class ErrorReport
{
    private const int MostFrames = 25;
    private const int MostDiagnostics = 20;
    private const int MostCauses = 5;
    private const string Red = "\u001b[31m";
    private const string Green = "\u001b[32m";
    private const string Reset = "\u001b[0m";

    private static readonly SourceTexts NoTexts = new();

    private static readonly string[] InternalFrames =
    [
        "Microsoft.CodeAnalysis.Scripting.", "RobustVlm.Kernel.", "System.Runtime.CompilerServices.", "System.Runtime.ExceptionServices.",
        "System.Threading.Tasks.", "System.Threading.ExecutionContext", "System.Threading.ThreadPool", "System.Threading.PortableThreadPool",
        "System.Reflection.Method", "System.Reflection.Runtime", "System.RuntimeMethodHandle",
    ];

    /// <summary>The error for an exception that a cell threw.</summary>
    public static CellError FromException(Exception exception, SourceTexts texts)
    {
        var cause = Cause(exception);
        return new CellError(TypeName(cause), cause.Message, [.. Lines(exception, texts, colours: true)]);
    }

    /// <summary>The error for a cell that the user has stopped.</summary>
    public static CellError Interrupted(Exception? exception, SourceTexts texts)
    {
        const string Sentence = "The cell was interrupted.";
        var lines = new List<string> { $"{Red}{nameof(OperationCanceledException)}{Reset}: {Sentence}" };
        if (exception is not null)
        {
            AddFrames(lines, exception, texts, colours: true);
        }

        return new CellError(nameof(OperationCanceledException), Sentence, lines);
    }

    /// <summary>The error for a cell that does not compile.</summary>
    public static CellError FromDiagnostics(IEnumerable<Diagnostic> diagnostics, SourceTexts texts)
    {
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        var lines = new List<string>();
        foreach (var error in errors.Take(MostDiagnostics))
        {
            lines.Add($"{Red}{Describe(error)}{Reset}");
            AddSourceLine(lines, error, texts);
        }

        if (errors.Count > MostDiagnostics)
        {
            lines.Add($"… and {errors.Count - MostDiagnostics} more errors");
        }

        return new CellError("CompilationError", errors.Count > 0 ? Describe(errors[0]) : "The cell does not compile.", lines);
    }

    /// <summary>A diagnostic in one line: <c>In[3](2,5): error CS0103: …</c>.</summary>
    public static string Describe(Diagnostic diagnostic)
    {
        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        var severity = diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        var span = diagnostic.Location.GetLineSpan();
        var place = span.IsValid && span.Path.Length > 0
            ? $"{SourceTexts.ShortName(span.Path)}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1}): "
            : "";
        return $"{place}{severity} {diagnostic.Id}: {message}";
    }

    /// <summary>An exception in plain lines, for showing it as a value.</summary>
    public static IEnumerable<string> PlainLines(Exception exception) => Lines(exception, NoTexts, colours: false);

    /// <summary>Looks through the wrappers that reflection, tasks and static constructors put around an exception.</summary>
    public static Exception Cause(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions.Count: 1, InnerException: { } inner } => Cause(inner),
        TargetInvocationException { InnerException: { } inner } => Cause(inner),
        TypeInitializationException { InnerException: { } inner } => Cause(inner),
        _ => exception,
    };

    private static List<string> Lines(Exception exception, SourceTexts texts, bool colours)
    {
        var cause = Cause(exception);
        var lines = new List<string> { Headline(cause, colours) };
        AddFrames(lines, cause, texts, colours);
        if (cause != exception)
        {
            // The outer frames tell which line of the cell led here when the cause comes from a task or a static constructor.
            if (exception is TypeInitializationException initialization)
            {
                lines.Add($"while preparing the type {initialization.TypeName}");
            }

            AddFrames(lines, exception, texts, colours);
        }

        if (cause is AggregateException several)
        {
            foreach (var inner in several.InnerExceptions.Take(MostCauses))
            {
                lines.Add("one of its causes: " + Headline(Cause(inner), colours));
                AddFrames(lines, Cause(inner), texts, colours);
            }

            return lines;
        }

        var depth = 0;
        for (var inner = cause.InnerException; inner is not null && depth < MostCauses; inner = inner.InnerException, depth++)
        {
            lines.Add("caused by: " + Headline(inner, colours));
            AddFrames(lines, inner, texts, colours);
        }

        return lines;
    }

    private static string Headline(Exception exception, bool colours) =>
        colours ? $"{Red}{TypeName(exception)}{Reset}: {exception.Message}" : $"{TypeName(exception)}: {exception.Message}";

    private static string TypeName(Exception exception) => exception.GetType().Name;

    private static void AddFrames(List<string> lines, Exception exception, SourceTexts texts, bool colours)
    {
        var shown = 0;
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            var method = frame.GetMethod();
            var path = frame.GetFileName();
            var type = method?.DeclaringType?.FullName ?? "";
            if (method is null || InternalFrames.Any(name => type.StartsWith(name, StringComparison.Ordinal)))
            {
                continue;
            }

            if (++shown > MostFrames)
            {
                lines.Add("  …");
                return;
            }

            var name = MethodNames.Describe(method);
            var place = path is null ? null : $"{SourceTexts.ShortName(path)}:line {frame.GetFileLineNumber()}";
            var colouredPlace = colours && path is not null && texts.IsCell(path) ? $"{Green}{place}{Reset}" : place;
            lines.Add((name.Length > 0, place is not null) switch
            {
                (true, true) => $"  at {colouredPlace}, in {name}",
                (false, true) => $"  at {colouredPlace}",
                _ => $"  at {name}",
            });
            if (path is not null && texts.Line(path, frame.GetFileLineNumber()) is { } source)
            {
                lines.Add("      " + source.Trim());
            }
        }
    }

    private static void AddSourceLine(List<string> lines, Diagnostic error, SourceTexts texts)
    {
        var span = error.Location.GetLineSpan();
        if (span.IsValid && texts.Line(span.Path, span.StartLinePosition.Line + 1) is { } source)
        {
            // Tabs stay tabs, so that the caret stands under the right character however wide they are shown.
            var column = Math.Min(span.StartLinePosition.Character, source.Length);
            var indent = string.Concat(source[..column].Select(character => character == '\t' ? '\t' : ' '));
            lines.Add("    " + source);
            lines.Add("    " + indent + "^");
        }
    }
}
