namespace RobustVlm.Experiments.Tests.Results;

/// <summary>An empty folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    // Once for all tests: opening a lab asks git for the state of the whole tree.
    private static readonly string s_checkpoints = System.IO.Path.Combine(Lab.Open(Scale.Smoke).Root, "data", "checkpoints");

    public string Path { get; } = Directory.CreateTempSubdirectory("robustvlm-tests-").FullName;

    /// <summary>One that a lab can open, with the shipped checkpoints in it.</summary>
    public static TemporaryFolder WithCheckpoints()
    {
        var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(System.IO.Path.Combine(Directory.CreateDirectory(folder.File("data")).FullName, "checkpoints"), s_checkpoints);
        return folder;
    }

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
