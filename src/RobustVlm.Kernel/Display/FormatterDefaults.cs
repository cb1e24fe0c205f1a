using System.Diagnostics;
using System.Net;
using System.Reflection;
using Microsoft.DotNet.Interactive.Formatting;
using RobustVlm.Kernel.Execution;

namespace RobustVlm.Kernel.Display;

/// <summary>
/// Formatters for types that the general ones walk through without end: an exception leads to its module and assembly and takes half a
/// second and 83 KB, a list of assemblies 3 MB.
/// </summary>
internal static class FormatterDefaults
{
    private static readonly Lazy<bool> Applied = new(Register);

    /// <summary>Registers them, once per process.</summary>
    public static void Apply() => _ = Applied.Value;

    private static bool Register()
    {
        Formatter.Register<Exception>(
            exception => $"<pre>{WebUtility.HtmlEncode(Describe(exception))}</pre>", MimeBundle.Html);
        Formatter.Register<Exception>(Describe, MimeBundle.PlainText);
        RegisterAsText<MemberInfo>();
        RegisterAsText<Assembly>();
        RegisterAsText<Module>();
        RegisterAsText<Thread>();
        RegisterAsText<Process>();
        RegisterAsText<Delegate>();
        RegisterAsText<Stream>();
        return true;
    }

    private static string Describe(Exception exception) => string.Join('\n', ErrorReport.PlainLines(exception));

    private static void RegisterAsText<T>()
        where T : notnull
    {
        Formatter.Register<T>(value => $"<pre>{WebUtility.HtmlEncode(value.ToString())}</pre>", MimeBundle.Html);
        Formatter.Register<T>(value => value.ToString() ?? "", MimeBundle.PlainText);
    }
}
