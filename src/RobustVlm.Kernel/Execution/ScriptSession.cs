using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace RobustVlm.Kernel.Execution;

/// <summary>The C# of a notebook: each cell is compiled on top of the ones before it and sees their variables and types.</summary>
internal sealed class ScriptSession
{
    // Assignments of one assembly version to another (CS1701, CS1702) concern nobody; CS1591-like documentation warnings do not occur.
    private static readonly HashSet<string> IgnoredWarnings = ["CS1701", "CS1702", "CS8021"];

    private static readonly string[] Imports =
    [
        "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq",
        "Microsoft.DotNet.Interactive", "Microsoft.DotNet.Interactive.Formatting", "Microsoft.DotNet.Interactive.Kernel",
    ];

    // On top of what scripts reference by themselves; a cell should not need #r for the everyday parts of .NET.
    private static readonly string[] Assemblies =
    [
        "Microsoft.CSharp", "System.Buffers", "System.Collections.Immutable", "System.Collections.Specialized", "System.ComponentModel",
        "System.ComponentModel.Primitives", "System.Data.Common", "System.Diagnostics.DiagnosticSource", "System.IO.Compression",
        "System.Linq.Expressions", "System.Linq.Parallel", "System.Memory", "System.Net.Http", "System.Net.Primitives", "System.Numerics.Vectors",
        "System.ObjectModel", "System.Runtime.Intrinsics", "System.Runtime.Loader", "System.Runtime.Numerics", "System.Security.Cryptography",
        "System.Text.Json", "System.Threading.Channels", "System.Xml.ReaderWriter", "System.Xml.XDocument", "System.Private.Uri",
    ];

    private readonly ScriptOptions _options;
    private readonly SourceTexts _texts;
    private readonly ShadowedVariables _variables = new();
    private readonly CachingMetadataResolver _resolver;
    private ScriptState<object>? _state;

    /// <summary>Starts with nothing declared.</summary>
    /// <param name="texts">Where the cells' texts are kept for error messages.</param>
    /// <param name="resolver">Finds assemblies; may be shared.</param>
    /// <param name="directory">Folder that paths in <c>#r</c> and <c>#load</c> start from.</param>
    public ScriptSession(SourceTexts texts, CachingMetadataResolver resolver, string directory)
    {
        _texts = texts;
        _resolver = resolver;
        _options = ScriptOptions.Default
            .WithMetadataResolver(resolver)
            .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(directory))
            .AddReferences(Assemblies)
            .AddReferences(typeof(DisplayExtensions).Assembly, typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly,
                typeof(Microsoft.AspNetCore.Html.IHtmlContent).Assembly)
            .WithImports(Imports)
            .WithLanguageVersion(LanguageVersion.Latest)
            .WithAllowUnsafe(true)
            .WithOptimizationLevel(OptimizationLevel.Release)   // hot loops are five times slower otherwise
            .WithEmitDebugInformation(true)
            .WithFileEncoding(Encoding.UTF8);
    }

    /// <summary>The variables as the next cell sees them.</summary>
    public IReadOnlyList<ScriptVariable> Variables => [.. _variables.Latest.OrderBy(variable => variable.Name, StringComparer.Ordinal)];

    /// <summary>Runs code on the calling thread.</summary>
    /// <param name="code">The code.</param>
    /// <param name="name">Name of the cell, e.g. <c>In[3]</c>.</param>
    /// <param name="warn">Called with each warning.</param>
    /// <param name="cell">The running cell, for interrupts; null when nobody can interrupt.</param>
    /// <returns>Whether the code ends in an expression, and its value.</returns>
    /// <exception cref="CellFailure">The code does not compile, throws, or was interrupted.</exception>
    public (bool HasValue, object? Value) Run(string code, string name, Action<string> warn, CellContext? cell)
    {
        var cancellationToken = cell?.CancellationToken ?? CancellationToken.None;
        _texts.Add(name, code);
        _resolver.Warn = warn;
        var script = Create(code, name);
        Report(script.Compile(cancellationToken), warn);

        var outer = SynchronizationContext.Current;
        var pump = new CellPump();
        Task<ScriptState<object>> running;
        bool ended;
        try
        {
            SynchronizationContext.SetSynchronizationContext(pump);
            running = Start(script);
            ended = pump.Run(running, cancellationToken);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        if (!ended)
        {
            throw new CellFailure(ErrorReport.Interrupted(null, _texts));
        }

        _state = running.GetAwaiter().GetResult();
        _variables.Update(_state, script.GetCompilation().SyntaxTrees.First().GetRoot(CancellationToken.None));
        if (_state.Exception is { } exception)
        {
            throw new CellFailure(IsInterruption(exception, cell)
                ? ErrorReport.Interrupted(exception, _texts)
                : ErrorReport.FromException(exception, _texts));
        }

        return (HasReturnValue(script), _state.ReturnValue);
    }

    /// <summary>Evaluates an expression without leaving a trace in the session.</summary>
    /// <exception cref="CellFailure">The expression does not compile or throws.</exception>
    public object? Evaluate(string expression, CancellationToken cancellationToken)
    {
        const string Name = "expression";
        _texts.Add(Name, expression);
        var script = Create(expression, Name);
        Report(script.Compile(cancellationToken), _ => { });
        var state = Start(script).GetAwaiter().GetResult();
        return state.Exception is null ? state.ReturnValue : throw new CellFailure(ErrorReport.FromException(state.Exception, _texts));
    }

    private static bool IsInterruption(Exception exception, CellContext? cell) =>
        cell is { IsInterrupted: true }
        && ErrorReport.Cause(exception) is OperationCanceledException or ThreadInterruptedException;

    // Not public in Roslyn, but the only way to tell a last call without value from one that returned null.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "HasReturnValue")]
    private static extern bool HasReturnValue(Script script);

    private static void Report(ImmutableArray<Diagnostic> diagnostics, Action<string> warn, SourceTexts texts)
    {
        if (diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            throw new CellFailure(ErrorReport.FromDiagnostics(diagnostics, texts));
        }

        foreach (var warning in diagnostics.Where(item => item.Severity == DiagnosticSeverity.Warning && !IgnoredWarnings.Contains(item.Id))
            .Select(ErrorReport.Describe).Distinct())
        {
            warn(warning);
        }
    }

    private void Report(ImmutableArray<Diagnostic> diagnostics, Action<string> warn) => Report(diagnostics, warn, _texts);

    private Script<object> Create(string code, string name)
    {
        var options = _options.WithFilePath(name);
        return _state is null ? CSharpScript.Create<object>(code, options) : _state.Script.ContinueWith<object>(code, options);
    }

    // Exceptions are kept in the state, so that what the cell has declared before it threw can be used by the next one.
    private Task<ScriptState<object>> Start(Script<object> script) => _state is null
        ? script.RunAsync(globals: null, catchException: _ => true, CancellationToken.None)
        : script.RunFromAsync(_state, catchException: _ => true, CancellationToken.None);
}
