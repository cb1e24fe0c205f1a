using System.Diagnostics;
using RobustVlm.Experiments.Results;
using Xunit;

namespace RobustVlm.Experiments.Tests.Results;

public sealed class GitCommitTests : IDisposable
{
    private const string Notebook =
        """{"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["1 + 1"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}""";

    private readonly TemporaryFolder _folder = new();
    private readonly string _commit;

    public GitCommitTests()
    {
        Skip.IfNot(HasGit(), "needs git");
        Git("init", "--quiet");
        Write("src/Code.cs", "class A;");
        Write("data/results/x.json", "{}");
        Write("notebooks/01.ipynb", Notebook);
        Write(".gitignore", "bin/\n");
        Git("add", ".");
        Git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "-m", "first");
        _commit = Git("rev-parse", "--short", "HEAD").Trim();
    }

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_clean_tree_is_its_commit_from_any_folder_of_it()
    {
        Assert.Equal(_commit, GitCommit.Of(_folder.Path));
        Assert.Equal(_commit, GitCommit.Of(_folder.File("src")));
    }

    [SkippableFact]
    public void Data_build_output_and_notebook_output_do_not_count()
    {
        Write("data/results/x.json", "{\"changed\": true}");
        Write("data/results/new.json", "{}");
        Write("src/bin/out.dll", "x");
        Write("notes.txt", "untracked, not code");
        Write("notebooks/01.ipynb", Notebook
            .Replace("\"outputs\": []", "\"outputs\": [{\"output_type\": \"stream\", \"name\": \"stdout\", \"text\": \"2\"}]", StringComparison.Ordinal)
            .Replace("null", "3", StringComparison.Ordinal)
            .Replace("[\"1 + 1\"]", "\"1 + 1\"", StringComparison.Ordinal));

        Assert.Equal(_commit, GitCommit.Of(_folder.Path));
    }

    [SkippableTheory]
    [InlineData("src/Code.cs", "class B;")]
    [InlineData("src/New.cs", "class New;")]
    [InlineData("src/with space \"and\" ümlaut.cs", "class New;")]
    [InlineData(".gitignore", "obj/\n")]
    [InlineData("notebooks/01.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"2 + 2\"]}]}")]
    [InlineData("notebooks/01.ipynb", "no longer a notebook")]
    public void A_change_of_code_makes_it_dirty(string path, string content)
    {
        Write(path, content);

        Assert.Equal(_commit + "+dirty", GitCommit.Of(_folder.Path));
    }

    [SkippableFact]
    public void A_deleted_file_makes_it_dirty()
    {
        File.Delete(_folder.File("notebooks", "01.ipynb"));

        Assert.Equal(_commit + "+dirty", GitCommit.Of(_folder.Path));
    }

    [SkippableFact]
    public void Without_a_repository_it_is_unknown()
    {
        using var elsewhere = new TemporaryFolder();

        Assert.Equal("unknown", GitCommit.Of(elsewhere.Path));
        Assert.Equal("unknown", GitCommit.Of(elsewhere.File("missing")));
    }

    private static bool HasGit() => Environment.GetEnvironmentVariable("PATH")!
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "git")));

    private void Write(string path, string content)
    {
        var file = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private string Git(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
