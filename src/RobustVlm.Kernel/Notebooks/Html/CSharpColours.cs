using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RobustVlm.Kernel.Notebooks.Html;

/// <summary>C# source as HTML with a span per coloured token, found from the syntax alone.</summary>
internal static class CSharpColours
{
    private static readonly CSharpParseOptions _script = CSharpParseOptions.Default
        .WithKind(SourceCodeKind.Script)
        .WithLanguageVersion(LanguageVersion.Preview);

    // Notebook directives are no C#: the parser sees only what lies between them.
    public static string Encode(string source)
    {
        var html = new StringBuilder();
        var code = new StringBuilder();
        var isCSharp = true;
        foreach (var line in source.Split('\n').Select((line, index) => index == 0 ? line : "\n" + line))
        {
            var words = line.TrimStart('\n');
            if (words.StartsWith("#!", StringComparison.Ordinal))
            {
                Flush(html, code, isCSharp);
                html.Append("<span class=\"k-directive\">").Append(WebUtility.HtmlEncode(line)).Append("</span>");
                isCSharp = words.Split(' ')[0] is not ("#!markdown" or "#!html" or "#!javascript" or "#!js" or "#!mermaid" or "#!pwsh" or "#!fsharp" or "#!sql");
                continue;
            }

            code.Append(line);
        }

        Flush(html, code, isCSharp);
        return html.ToString();
    }

    private static void Flush(StringBuilder html, StringBuilder code, bool isCSharp)
    {
        if (isCSharp)
        {
            foreach (var token in CSharpSyntaxTree.ParseText(code.ToString(), _script).GetRoot().DescendantTokens())
            {
                AppendTrivia(html, token.LeadingTrivia);
                Append(html, token.Text, Colour(token));
                AppendTrivia(html, token.TrailingTrivia);
            }
        }
        else
        {
            html.Append(WebUtility.HtmlEncode(code.ToString()));
        }

        code.Clear();
    }

    private static void AppendTrivia(StringBuilder html, SyntaxTriviaList list)
    {
        foreach (var trivia in list)
        {
            var colour = trivia.IsDirective ? "k-directive"
                : trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
                    or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia ? "k-comment"
                : null;
            Append(html, trivia.ToFullString(), colour);
        }
    }

    private static void Append(StringBuilder html, string text, string? colour)
    {
        if (text.Length == 0)
        {
            return;
        }

        var encoded = WebUtility.HtmlEncode(text);
        html.Append(colour is null ? encoded : $"<span class=\"{colour}\">{encoded}</span>");
    }

    private static string? Colour(SyntaxToken token)
    {
        return token.Kind() switch
        {
            SyntaxKind.NumericLiteralToken => "k-number",
            SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringTextToken
                or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken
                or SyntaxKind.InterpolatedVerbatimStringStartToken or SyntaxKind.InterpolatedSingleLineRawStringStartToken
                or SyntaxKind.InterpolatedMultiLineRawStringStartToken or SyntaxKind.InterpolatedRawStringEndToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.Utf8StringLiteralToken => "k-string",
            SyntaxKind.IdentifierToken => Identifier(token),
            _ when token.IsKeyword() => "k-keyword",
            _ => null,
        };
    }

    private static string? Identifier(SyntaxToken token)
    {
        switch (token.Parent)
        {
            case BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or TypeParameterSyntax or ConstructorDeclarationSyntax:
                return "k-type";
            case MethodDeclarationSyntax or LocalFunctionStatementSyntax:
                return "k-method";
            case IdentifierNameSyntax { IsVar: true } or IdentifierNameSyntax { Identifier.Text: "dynamic" or "nameof" }:
                return "k-keyword";
            case SimpleNameSyntax name when IsInvoked(name):
                return "k-method";
            case SimpleNameSyntax name when IsType(name) || name is GenericNameSyntax:
                return "k-type";
            // Syntax cannot tell a type from a property in "Console.Out": the left, capital one reads as the type.
            case SimpleNameSyntax { Parent: MemberAccessExpressionSyntax access } name when access.Expression == name && char.IsUpper(token.Text[0]):
                return "k-type";
            default:
                return null;
        }
    }

    private static bool IsInvoked(SimpleNameSyntax name)
    {
        return name.Parent switch
        {
            InvocationExpressionSyntax call => call.Expression == name,
            MemberAccessExpressionSyntax access => access.Name == name && access.Parent is InvocationExpressionSyntax call && call.Expression == access,
            MemberBindingExpressionSyntax binding => binding.Parent is InvocationExpressionSyntax call && call.Expression == binding,
            _ => false,
        };
    }

    private static bool IsType(TypeSyntax name)
    {
        return name.Parent switch
        {
            ObjectCreationExpressionSyntax creation => creation.Type == name,
            VariableDeclarationSyntax variable => variable.Type == name,
            DeclarationExpressionSyntax declaration => declaration.Type == name,
            DeclarationPatternSyntax pattern => pattern.Type == name,
            ParameterSyntax parameter => parameter.Type == name,
            MethodDeclarationSyntax method => method.ReturnType == name,
            LocalFunctionStatementSyntax function => function.ReturnType == name,
            PropertyDeclarationSyntax property => property.Type == name,
            ForEachStatementSyntax loop => loop.Type == name,
            CastExpressionSyntax cast => cast.Type == name,
            CatchDeclarationSyntax handler => handler.Type == name,
            TypeOfExpressionSyntax or DefaultExpressionSyntax or TypeArgumentListSyntax or BaseTypeSyntax or AttributeSyntax => true,
            NullableTypeSyntax or ArrayTypeSyntax => true,
            BinaryExpressionSyntax test => test.Right == name && test.Kind() is SyntaxKind.IsExpression or SyntaxKind.AsExpression,
            _ => false,
        };
    }
}
