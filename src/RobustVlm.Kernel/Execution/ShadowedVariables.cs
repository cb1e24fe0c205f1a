using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Lets go of variables that a later cell has declared anew. Their old values can no longer be named, but each run of
/// <c>var model = …</c> would keep its model alive. Values that an earlier method or lambda may still use are kept.
/// </summary>
internal sealed class ShadowedVariables
{
    private readonly Dictionary<string, ScriptVariable> _latest = [];
    private readonly HashSet<string> _captured = [];
    private int _seen;

    /// <summary>The variables by name, as the next cell sees them.</summary>
    public IEnumerable<ScriptVariable> Latest => _latest.Values;

    /// <summary>Takes note of what a cell has declared.</summary>
    public void Update(ScriptState state, SyntaxNode cell)
    {
        var variables = state.Variables;
        for (var index = _seen; index < variables.Length; index++)
        {
            var variable = variables[index];
            if (_latest.TryGetValue(variable.Name, out var old) && !old.IsReadOnly && !old.Type.IsValueType && !_captured.Contains(old.Name))
            {
                old.Value = null!;   // reference types only, see above
            }

            _latest[variable.Name] = variable;
        }

        _seen = variables.Length;
        _captured.UnionWith(NamesUsedLater(cell));
    }

    // Bodies that can run after the cell has ended: a query is a lambda in disguise.
    private static IEnumerable<string> NamesUsedLater(SyntaxNode cell) =>
        cell.DescendantNodes()
            .Where(node => node is AnonymousFunctionExpressionSyntax or MethodDeclarationSyntax or LocalFunctionStatementSyntax
                or PropertyDeclarationSyntax or QueryExpressionSyntax)
            .SelectMany(node => node.DescendantNodes().OfType<IdentifierNameSyntax>())
            .Select(name => name.Identifier.ValueText);
}
