using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.Sweeps;

/// <summary>Keeps two processes from doing the same run. The system lets go of it when its process ends, however it ends.</summary>
/// <remarks>
/// The file is deleted only once its run is stored: whoever then still opens the old file finds the stored run. Deleted earlier,
/// one process could hold the old file while another makes a new one.
/// </remarks>
internal sealed class RunLock : IDisposable
{
    // EWOULDBLOCK on Linux and macOS, a sharing violation on Windows.
    private static readonly int[] s_taken = [11, 35, unchecked((int)0x80070020)];

    private readonly string _path;
    private readonly FileStream _file;

    private RunLock(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Takes the lock of a run, or returns null while another process has it.</summary>
    /// <param name="folder">Folder of the locks, made when missing.</param>
    /// <param name="key">The run.</param>
    internal static RunLock? TryTake(string folder, RunKey key)
    {
        var path = PathOf(folder, key);
        try
        {
            Directory.CreateDirectory(folder);
            return new RunLock(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (s_taken.Contains(error.HResult))
        {
            return null;
        }
    }

    /// <summary>Whether a process has it now.</summary>
    internal static bool IsTaken(string folder, RunKey key)
    {
        if (!File.Exists(PathOf(folder, key)))
        {
            return false;
        }

        using var taken = TryTake(folder, key);
        return taken is null;
    }

    /// <summary>Deletes the file of a run that is stored.</summary>
    internal void Forget() => File.Delete(_path);

    public void Dispose() => _file.Dispose();

    private static string PathOf(string folder, RunKey key) => Path.Combine(folder, $".{key.Hash}.lock");
}
