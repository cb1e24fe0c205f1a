using System.Diagnostics;
using System.Globalization;

namespace RobustVlm.Kernel.Serving;

/// <summary>Ends the kernel when the process that started it is gone: an orphan would keep its memory and its GPU for ever.</summary>
internal static class ParentWatch
{
    private const int Interval = 1000;

    /// <summary>Watches a process.</summary>
    /// <param name="processId">Its id.</param>
    /// <param name="gone">Called once it has ended.</param>
    public static void Start(int processId, Action gone)
    {
        if (processId <= 1)
        {
            // Clients in containers may report 1 or 0; that process does not end before we do.
            return;
        }

        var started = StartTime(processId);
        var thread = new Thread(() =>
        {
            while (StartTime(processId) is { } now && now == started)
            {
                Thread.Sleep(Interval);
            }

            gone();
        })
        {
            Name = "parent watch",
            IsBackground = true,
        };
        thread.Start();
    }

    // The start time tells the process from a later one with the same id.
    private static string? StartTime(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // pid (name) state ppid … starttime is the 22nd field; the name may contain anything, so count from its closing bracket.
                var status = File.ReadAllText($"/proc/{processId}/stat");
                var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }

            using var process = Process.GetProcessById(processId);
            return process.HasExited ? null : process.StartTime.ToString("O", CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
