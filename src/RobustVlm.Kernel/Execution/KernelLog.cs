namespace RobustVlm.Kernel.Execution;

/// <summary>The process's real standard error, for what concerns the kernel and not a cell. Frontends show it in a log panel.</summary>
internal static class KernelLog
{
    private static readonly Lock Gate = new();
    private static TextWriter _writer = Console.Error;

    /// <summary>Writes elsewhere from now on; called when the process's own standard error is taken over for cells.</summary>
    public static void Redirect(TextWriter writer) => _writer = writer;

    public static void Write(string text)
    {
        lock (Gate)
        {
            _writer.Write(text);
            _writer.Flush();
        }
    }

    public static void WriteLine(string sentence) => Write(sentence + "\n");
}
