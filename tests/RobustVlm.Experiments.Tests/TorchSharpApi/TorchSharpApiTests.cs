using System.Reflection;
using System.Runtime.CompilerServices;
using RobustVlm.Attacks;
using TorchSharp;
using Xunit;

namespace RobustVlm.Experiments.Tests.TorchSharpApi;

/// <summary>The suite compiles against the TorchSharp package because it uses nothing that the package does not have.</summary>
public sealed class TorchSharpApiTests
{
    private static readonly Assembly Binding = typeof(torch).Assembly;
    private static readonly PackageApi Package = PackageApi.Load();

    [Fact]
    public void The_library_uses_nothing_but_the_packages_api_outside_its_engine() =>
        AssertNone(Foreign(typeof(Pgd).Assembly, type => type.Namespace?.StartsWith("RobustVlm.Engine", StringComparison.Ordinal) != true));

    [Fact]
    public void The_experiments_use_nothing_but_the_packages_api() => AssertNone(Foreign(typeof(Lab).Assembly, _ => true));

    /// <summary>The list names what the binding has beyond the package, with the reason; everything else has the package's names and defaults.</summary>
    [Fact]
    public void The_binding_has_the_packages_signatures_but_for_a_known_list()
    {
        var known = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "TorchSharpApi", "ours-only.txt")).Where(line => line.Length > 0 && line[0] != '#');
        var ours =
            from type in Binding.GetExportedTypes()
            where type.Namespace?.StartsWith("TorchSharp", StringComparison.Ordinal) == true
            from member in type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where member is not Type && !SuiteCalls.IsOverride(member) && ApiSignatures.Describe(member) is not null && !Package.Has(member)
            select $"{ApiSignatures.NameOf(type)}.{ApiSignatures.Describe(member)}";

        Assert.Equal(string.Join(Environment.NewLine, known.Order(StringComparer.Ordinal)), string.Join(Environment.NewLine, ours.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void What_is_not_in_the_package_is_found()
    {
        var foreign = Foreign(typeof(Pgd).Assembly, type => type.Namespace == "RobustVlm.Engine");

        Assert.Contains(foreign, line => line.Contains("RobustVlm.Torch.Runtime", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("torch.f(Int64 a, Boolean b = false) : torch.Tensor", "torch.f(Int64 a) : torch.Tensor", true)]
    [InlineData("torch.f(Int64 a, Boolean b) : torch.Tensor", "torch.f(Int64 a) : torch.Tensor", false)]
    [InlineData("torch.f(Int64 a) : torch.Tensor", "torch.f(Int64 b) : torch.Tensor", false)]
    [InlineData("torch.f(Int64 a = 1) : torch.Tensor", "torch.f(Int64 a = 2) : torch.Tensor", false)]
    [InlineData("torch.f(Int64 a) : torch.Tensor", "torch.f(Int64 a, Int64 b = 1) : torch.Tensor", false)]
    [InlineData("torch.f(IList<Int64> a) : Void", "torch.f(IList<Int64> a) : torch.Tensor", false)]
    [InlineData("torch.E.A = 1", "torch.E.A = 2", false)]
    public void A_signature_accepts_calls_of_another(string package, string ours, bool expected) =>
        Assert.Equal(expected, Signature.Parse(package).Accepts(Signature.Parse(ours)));

    /// <summary>
    /// With ROBUSTVLM_TORCHSHARP naming the package's managed TorchSharp.dll, the stored list is compared with it and, where
    /// it differs, written anew next to this file.
    /// </summary>
    [SkippableFact]
    public void The_stored_list_is_that_of_the_package()
    {
        var path = Environment.GetEnvironmentVariable("ROBUSTVLM_TORCHSHARP");
        Skip.If(string.IsNullOrEmpty(path), "ROBUSTVLM_TORCHSHARP does not name the package's TorchSharp.dll.");
        var package = ApiSignatures.Of(Assembly.LoadFrom(path!));   // not null: the test would have been skipped
        var names = ApiSignatures.Of(Binding).Select(line => line.Member).ToHashSet();
        var fields = names.Where(name => name.StartsWith("get_", StringComparison.Ordinal)).Select(name => name["get_".Length..]);
        names.UnionWith([.. fields]);
        var types = WithBases(ApiSignatures.Of(Binding).Select(line => line.Type), package);
        var lines = package
            .Where(line => (types.Contains(line.Type) && (line.Member.Length == 0 || names.Contains(line.Member))) || (line.Text.Contains("(this ", StringComparison.Ordinal) && names.Contains(line.Member)))
            .Select(line => line.Text).Prepend("# Signatures of the TorchSharp package 0.107 that have the names of ours. Written by TorchSharpApiTests; do not edit.").ToArray();
        var stored = File.Exists(PackageApi.StoredFile) ? File.ReadAllLines(PackageApi.StoredFile) : [];
        if (!lines.SequenceEqual(stored))
        {
            File.WriteAllLines(Path.Combine(SourceFolder(), Path.GetFileName(PackageApi.StoredFile)), lines);
        }

        Assert.Equal(lines, stored);
    }

    private static void AssertNone(IEnumerable<string> foreign)
    {
        var lines = foreign.ToArray();
        Assert.True(lines.Length == 0, $"The package lacks: {string.Join(Environment.NewLine, lines)}");
    }

    private static string[] Foreign(Assembly suite, Func<Type, bool> counts) =>
    [
        .. from used in SuiteCalls.Of(suite, Binding, counts)
           where !Package.Has(used.Key)
           select $"{(used.Key.DeclaringType!.Namespace == "TorchSharp" ? "" : used.Key.DeclaringType.Namespace + ".")}{ApiSignatures.NameOf(used.Key.DeclaringType)}.{ApiSignatures.Describe(used.Key)} in {used.Value}",
    ];

    private static HashSet<string> WithBases(IEnumerable<string> types, IReadOnlyList<ApiLine> package)
    {
        var bases = package.Where(line => line.Member.Length == 0 && line.Text.Contains(" : ", StringComparison.Ordinal))
            .ToLookup(line => line.Type, line => Signature.SplitTopLevel(line.Text.Split(" : ", 2)[1]));
        var found = new HashSet<string>();
        var open = new Queue<string>(types);
        while (open.TryDequeue(out var type))
        {
            if (found.Add(type))
            {
                foreach (var known in bases[type].SelectMany(names => names))
                {
                    open.Enqueue(known);
                }
            }
        }

        return found;
    }

    private static string SourceFolder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile) ?? ".";
}
