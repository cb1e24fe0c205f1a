namespace RobustVlm.Kernel.Tests.Notebooks;

/// <summary>An empty folder of one test, removed with all it holds.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder()
    {
        Folder = Directory.CreateTempSubdirectory("notebook-test-").FullName;
    }

    public string Folder { get; }

    public string File(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
