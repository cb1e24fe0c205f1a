using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace RobustVlm.Tests;

/// <summary>Which folder of the library may use which other folder.</summary>
public sealed partial class LayeringTests
{
    // Engine stands beside the tensor library itself: it adds what that lacks, so every folder may use it.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Engine"] = [],
        ["Data"] = ["Engine"],
        ["Models"] = ["Engine"],
        ["Attacks"] = ["Engine", "Models", "Data"],
        ["Methods"] = ["Engine", "Models", "Data", "Attacks"],
        ["Privacy"] = ["Engine", "Models", "Data", "Evaluation"],
        ["Evaluation"] = ["Engine", "Models", "Data", "Attacks"],
    };

    [Fact]
    public void No_folder_uses_another_one_that_it_must_not()
    {
        var library = Library();
        var violations =
            from file in Directory.GetFiles(library, "*.cs", SearchOption.AllDirectories)
            let relative = Path.GetRelativePath(library, file)
            let folder = relative.Split(Path.DirectorySeparatorChar)[0]
            where folder is not ("bin" or "obj")
            from used in UsedFolders(File.ReadAllText(file))
            where used != folder && !Allowed[folder].Contains(used)
            select $"{relative} uses {used}";

        Assert.Empty(violations);
    }

    [Fact]
    public void Every_file_lies_in_a_known_folder_and_in_its_namespace()
    {
        var library = Library();
        var files = Directory.GetFiles(library, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(library, file))
            .Where(file => !file.StartsWith("bin", StringComparison.Ordinal) && !file.StartsWith("obj", StringComparison.Ordinal))
            .ToArray();

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var folder = file.Split(Path.DirectorySeparatorChar)[0];
            Assert.Contains(folder, Allowed.Keys);
            Assert.Contains($"namespace RobustVlm.{folder}", File.ReadAllText(Path.Combine(library, file)), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("using RobustVlm.Methods;", "Methods")]
    [InlineData("var x = Methods.Nullspace.Of(y);", "Methods")]
    [InlineData("/// <summary>Methods. And more.</summary>", "")]
    [InlineData("var data = tensor.Data; // Privacy.X", "")]
    [InlineData("x = \"Methods.Foo\";", "")]
    public void The_search_finds_usings_and_relative_names_only(string code, string expected) =>
        Assert.Equal(expected, string.Join(',', UsedFolders(code)));

    private static IEnumerable<string> UsedFolders(string code)
    {
        var plain = Noise().Replace(code, "");
        return Allowed.Keys.Where(folder => Regex.IsMatch(plain, $@"(RobustVlm\.|(?<![\w.])){folder}\.[A-Z]|using RobustVlm\.{folder}\b"));
    }

    private static string Library([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile) ?? ".", "..", "..", "src", "RobustVlm"));

    [GeneratedRegex(@"//[^\n]*|""(\\.|[^""\\])*""")]
    private static partial Regex Noise();
}
