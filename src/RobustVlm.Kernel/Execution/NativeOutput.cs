using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Catches what native code prints: puts pipes in the place of file descriptors 1 and 2 and hands over what comes out of them. Linux
/// and macOS only; elsewhere native output stays where it was.
/// </summary>
internal sealed unsafe partial class NativeOutput
{
    private const int LineBuffered = 1;
    private const short PollIn = 1;
    private const short PollHangUp = 16;

    // What the tee has read it passes on within this time, in milliseconds.
    private const int TeeLatency = 2;

    private readonly LogTee? _tee;
    private readonly int _readEnd;
    private readonly int _descriptor;
    private readonly int _original;
    private readonly string _stream;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly byte[] _bytes = new byte[16 * 1024];
    private readonly char[] _characters = new char[16 * 1024 + 1];
    private readonly Lock _reading = new();

    private NativeOutput(int descriptor, string stream, LogTee? tee)
    {
        _descriptor = descriptor;
        _stream = stream;
        _tee = tee;
        _original = dup(descriptor);
        var ends = stackalloc int[2];
        if (tee is not null)
        {
            (ends[0], ends[1]) = (tee.ReadEnd, tee.WriteEnd);
        }

        if (_original < 0 || (tee is null && pipe(ends) != 0) || dup2(ends[1], descriptor) < 0)
        {
            throw new IOException($"Native output cannot be caught (error {Marshal.GetLastSystemError()}).");
        }

        _ = tee is null ? close(ends[1]) : 0;
        _readEnd = ends[0];
        new Thread(Run) { Name = $"native {stream}", IsBackground = true }.Start();
    }

    /// <summary>Catches both streams from now on and moves the kernel's log to the original standard error.</summary>
    /// <returns>The two catchers; none where the system does not allow it.</returns>
    public static IReadOnlyList<NativeOutput> Catch()
    {
        if (OperatingSystem.IsWindows())
        {
            return [];
        }

        var error = new NativeOutput(2, StreamOutput.Error, LogTee.TryStart());
        KernelLog.Redirect(new StreamWriter(new FileStream(new SafeFileHandle(error._original, ownsHandle: false), FileAccess.Write, 0)));
        var output = new NativeOutput(1, StreamOutput.Out, null);

        // The C library buffers by the block when it does not write to a terminal; a cell's prints would come out with a later cell.
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "stdout", out var file))
        {
            _ = setvbuf(*(nint*)file, null, LineBuffered, 0);
        }

        return [output, error];
    }

    /// <summary>Hands over what native code has printed up to now.</summary>
    public void Drain()
    {
        if (_stream == StreamOutput.Out)
        {
            _ = fflush(0);
        }

        lock (_reading)
        {
            while (HasData(_tee is null ? 0 : TeeLatency) && ReadOnce())
            {
                // Until nothing is left.
            }
        }
    }

    /// <summary>Gives the descriptor back, so that the last words of a dying process reach the log instead of a pipe nobody reads.</summary>
    public void Restore() => _ = dup2(_original, _descriptor);

    private void Run()
    {
        while (true)
        {
            if (!HasData(-1))
            {
                continue;
            }

            lock (_reading)
            {
                if (HasData(0) && !ReadOnce())
                {
                    return;
                }
            }
        }
    }

    private bool ReadOnce()
    {
        nint count;
        fixed (byte* bytes = _bytes)
        {
            count = read(_readEnd, bytes, (nuint)_bytes.Length);
        }

        if (count <= 0)
        {
            return false;
        }

        var length = _decoder.GetChars(_bytes, 0, (int)count, _characters, 0, flush: false);
        var text = _characters.AsSpan(0, length);
        if (CellContext.CurrentOrNull is { } cell)
        {
            cell.Streams.Write(_stream, text);
        }
        else if (_tee is null)
        {
            KernelLog.Write(text.ToString());
        }

        return true;
    }

    private bool HasData(int timeout)
    {
        var item = new PollItem { Descriptor = _readEnd, Events = PollIn };
        return poll(&item, 1, timeout) > 0 && (item.Received & (PollIn | PollHangUp)) != 0;
    }

    [LibraryImport("libc")]
    private static partial int dup(int descriptor);

    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc")]
    private static partial int pipe(int* ends);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int poll(PollItem* items, uint count, int timeout);

    [LibraryImport("libc")]
    private static partial int fflush(nint file);

    [LibraryImport("libc")]
    private static partial int setvbuf(nint file, byte* buffer, int mode, nuint size);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollItem
    {
        public int Descriptor;
        public short Events;
        public short Received;
    }
}
