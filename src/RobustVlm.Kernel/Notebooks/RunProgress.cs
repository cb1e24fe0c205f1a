using System.Globalization;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>
/// Shows on a terminal which cell runs, for how long and what it showed last, in one living line; elsewhere as plain lines,
/// one per finished cell and one every half minute of a long cell. Thread-safe.
/// </summary>
internal sealed class RunProgress(TextWriter output, bool isTerminal, bool quiet, TimeProvider? time = null)
{
    private static readonly TimeSpan _plainInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    private string _heading = string.Empty;
    private long? _start;
    private TimeSpan _nextPlainLine;

    public static string Duration(TimeSpan time)
    {
        return time.TotalSeconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s");
    }

    public void Say(string line)
    {
        if (!quiet)
        {
            lock (_gate)
            {
                output.WriteLine(line);
                output.Flush();
            }
        }
    }

    public void Begin(int number, int count, string source)
    {
        var width = count.ToString(CultureInfo.InvariantCulture).Length;
        var first = source.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? string.Empty;
        lock (_gate)
        {
            _heading = $"[{number.ToString(CultureInfo.InvariantCulture).PadLeft(width)}/{count}] {TerminalText.Fit(first, 56)}";
            _nextPlainLine = _plainInterval;
            _start = _time.GetTimestamp();
        }

        Tick(string.Empty);
    }

    /// <summary>Called several times a second while a cell runs.</summary>
    public void Tick(string lastLine)
    {
        lock (_gate)
        {
            if (quiet || _start is not { } start)
            {
                return;
            }

            var elapsed = _time.GetElapsedTime(start);
            var line = $"{_heading}  {Duration(elapsed)}{(lastLine.Length > 0 ? "  " : string.Empty)}{lastLine}";
            if (isTerminal)
            {
                output.Write($"\r\x1b[K{TerminalText.Fit(line, Width() - 1)}");
                output.Flush();
            }
            else if (elapsed >= _nextPlainLine)
            {
                _nextPlainLine += _plainInterval;
                output.WriteLine(line);
                output.Flush();
            }
        }
    }

    public void End(string remark)
    {
        lock (_gate)
        {
            if (quiet || _start is not { } start)
            {
                return;
            }

            _start = null;
            var line = $"{_heading}  {Duration(_time.GetElapsedTime(start))}{(remark.Length > 0 ? "  " : string.Empty)}{remark}";
            output.WriteLine(isTerminal ? $"\r\x1b[K{TerminalText.Fit(line, Width() - 1)}" : line);
            output.Flush();
        }
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 20 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
