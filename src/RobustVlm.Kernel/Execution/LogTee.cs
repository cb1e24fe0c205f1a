using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// A small process between native standard error and us. It copies everything to the kernel's log too, and it outlives us: what the
/// runtime or the C library says while the process is being torn down would be lost in a pipe that only we read.
/// </summary>
internal sealed class LogTee
{
    // tee's own standard output becomes our standard error, whatever that is (a socket cannot be opened by name); the copy for us is
    // the pipe that .NET has made. -i: an interrupt from the terminal is meant for the cell.
    private const string Script = "exec tee -i /dev/fd/3 3>&1 1>&2";

    // Held for as long as the kernel runs: its finalizer would close the pipes.
    private readonly Process _process;

    private LogTee(Process process)
    {
        _process = process;
        WriteEnd = Descriptor(process.StandardInput.BaseStream);
        ReadEnd = Descriptor(process.StandardOutput.BaseStream);
    }

    /// <summary>Descriptor to write to.</summary>
    public int WriteEnd { get; }

    /// <summary>Descriptor where what was written comes out.</summary>
    public int ReadEnd { get; }

    /// <summary>Starts the process; null where the system has no such program.</summary>
    public static LogTee? TryStart()
    {
        try
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
            var tee = Process.Start(start) is { } process ? new LogTee(process) : null;
            return tee is { WriteEnd: >= 0, ReadEnd: >= 0 } && !tee._process.HasExited ? tee : null;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            KernelLog.WriteLine($"Last words of a dying kernel may be lost: {exception.Message}");
            return null;
        }
    }

    private static int Descriptor(Stream stream) => stream is PipeStream pipe ? (int)pipe.SafePipeHandle.DangerousGetHandle() : -1;
}
