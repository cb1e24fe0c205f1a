using System.Reflection;

namespace RobustVlm.Experiments.Tests.TorchSharpApi;

/// <summary>
/// The public signatures of the TorchSharp package that have the names of ours, read from a stored list. Names, types and
/// default values are facts about the package; the list was written by <see cref="TorchSharpApiTests"/> from its managed assembly.
/// </summary>
internal sealed class PackageApi
{
    private readonly ILookup<(string Type, string Member), Signature> _members;
    private readonly ILookup<(string Type, string Member), Signature> _extensions;
    private readonly Dictionary<string, string[]> _bases;

    private PackageApi(IEnumerable<string> lines)
    {
        var all = lines.Where(line => line.Length > 0 && line[0] != '#').ToArray();
        _bases = all.Where(line => line.StartsWith("type ", StringComparison.Ordinal)).Select(line => line["type ".Length..].Split(" : ", 2))
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.SelectMany(parts => parts.Length > 1 ? Signature.SplitTopLevel(parts[1]) : []).ToArray());
        var members = all.Where(line => !line.StartsWith("type ", StringComparison.Ordinal)).Select(Signature.Parse).ToArray();
        _members = members.ToLookup(signature => (signature.Type, signature.Member));
        _extensions = members.Select(signature => signature.AsMemberOfFirstParameter()).OfType<Signature>().ToLookup(signature => (signature.Type, signature.Member));
    }

    internal static string StoredFile => Path.Combine(AppContext.BaseDirectory, "TorchSharpApi", "torchsharp-0.107.txt");

    internal static PackageApi Load() => new(File.ReadAllLines(StoredFile));

    /// <summary>Whether a program that compiles against our member compiles against the package too.</summary>
    internal bool Has(MemberInfo member)
    {
        if (ApiSignatures.Describe(member) is not { } text)
        {
            return false;
        }

        // What we declare in a base class of our own must be in the package's counterparts of all classes below.
        var declaring = member.DeclaringType!;   // members of types only
        var classes = HasType(declaring) ? [declaring] : declaring.Assembly.GetExportedTypes().Where(type => IsBelow(type, declaring) && HasType(type)).ToArray();
        return classes.Length > 0 && classes.All(type => Has(ApiSignatures.NameOf(type), text));
    }

    private static bool IsBelow(Type type, Type ancestor)
    {
        for (var next = type.BaseType; next is not null; next = next.BaseType)
        {
            if ((next.IsGenericType ? next.GetGenericTypeDefinition() : next) == ancestor)
            {
                return true;
            }
        }

        return false;
    }

    private bool Has(string owner, string text)
    {
        var ours = Signature.Parse($"{owner}.{text}");
        return Owners(owner).Any(type => _members[(type, ours.Member)].Concat(_extensions[(type, ours.Member)]).Any(theirs => theirs.Accepts(ours)) || IsField(type, ours));
    }

    // A field there and a property here read the same.
    private bool IsField(string type, Signature accessor) => accessor is { Parameters: not null, Member: [_, 'e', 't', '_', .. var name] }
        && _members[(type, name)].Any(field => field.Parameters is null && (field.Result == accessor.Result || accessor.Result == ": Void"));

    internal bool HasType(Type type) => _bases.ContainsKey(ApiSignatures.NameOf(type));

    // The package may declare in a base class or interface what ours declares in the class itself, and the other way round.
    private IEnumerable<string> Owners(string type)
    {
        var open = new Queue<string>([type]);
        var seen = new HashSet<string>();
        while (open.TryDequeue(out var next))
        {
            if (seen.Add(next))
            {
                yield return next;
                foreach (var known in _bases.GetValueOrDefault(next) ?? [])
                {
                    open.Enqueue(known);
                }
            }
        }
    }
}

/// <summary>One line of the list, taken apart.</summary>
/// <param name="Type">The declaring type.</param>
/// <param name="Member">The member's name, <c>new</c> for constructors.</param>
/// <param name="Parameters">Its parameters as written; null for fields.</param>
/// <param name="Result">The type of the result or field, or an enumeration's value.</param>
internal sealed record Signature(string Type, string Member, string[]? Parameters, string Result)
{
    internal static Signature Parse(string line)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var head = open < 0 ? line[..line.IndexOfAny([':', '='])].Trim() : line[..open];
        var generic = head.LastIndexOf('<') is var angle and >= 0 && head.EndsWith('>') ? angle : head.Length;
        var dot = head[..generic].LastIndexOf('.');
        var close = line.LastIndexOf(')');
        var parameters = open < 0 ? null : SplitTopLevel(line[(open + 1)..close]).ToArray();
        return new Signature(head[..dot], head[(dot + 1)..], parameters, line[(open < 0 ? head.Length : close + 1)..].Trim());
    }

    /// <summary>An extension method as the instance method it looks like; null for other members.</summary>
    internal Signature? AsMemberOfFirstParameter() => Parameters is [['t', 'h', 'i', 's', ' ', .. var first], .. var rest]
        ? this with { Type = first[..first.LastIndexOf(' ')], Parameters = rest }
        : null;

    /// <summary>Whether every call of the other member compiles as a call of this one: same names, types that convert, and what is left over is optional.</summary>
    internal bool Accepts(Signature other)
    {
        if (Parameters is null || other.Parameters is null)
        {
            return Parameters is null && other.Parameters is null && Result == other.Result;
        }

        return Result == other.Result && Parameters.Length >= other.Parameters.Length
            && other.Parameters.Zip(Parameters).All(pair => Converts(pair.First, pair.Second))
            && Parameters.Skip(other.Parameters.Length).All(rest => rest.Contains(" = ", StringComparison.Ordinal) || rest.StartsWith("params ", StringComparison.Ordinal));
    }

    // The language converts what is passed: an array to a span or list, a tensor to IDisposable, an int to a long.
    private static bool Converts(string ours, string theirs)
    {
        if (ours == theirs)
        {
            return true;
        }

        var (type, name) = Halves(ours);
        var (target, targetName) = Halves(theirs);
        if (!name.Contains(" = ", StringComparison.Ordinal))
        {
            targetName = targetName.Split(" = ")[0];   // what we demand may be optional there
        }

        return name == targetName && (type == target ||
            (type.EndsWith("[]", StringComparison.Ordinal) && target == $"ReadOnlySpan<{type[..^2]}>")
            || (type.EndsWith("[]", StringComparison.Ordinal) && target == $"IList<{type[..^2]}>")
            || (type == "torch.Tensor" && target == "IDisposable")
            || (type == "IEnumerable<torch.Tensor>" && target == "IEnumerable<IDisposable>")
            || (type.StartsWith("params ", StringComparison.Ordinal) && target == type["params ".Length..])
            || (type == "Int32" && target == "Int64"));

        static (string Type, string Name) Halves(string parameter)
        {
            var declaration = parameter.Split(" = ")[0];
            var space = declaration.LastIndexOf(' ');
            return (declaration[..space], parameter[(space + 1)..]);
        }
    }

    internal static IEnumerable<string> SplitTopLevel(string text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '<' or '[' or '(' => 1, '>' or ']' or ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        if (text[start..].Trim() is { Length: > 0 } last)
        {
            yield return last;
        }
    }
}
