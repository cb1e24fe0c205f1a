using System.Diagnostics;
using System.Globalization;

namespace RobustVlm.Benchmarks.Running;

/// <summary>How to start one of the compared programs.</summary>
/// <param name="Name">One of <see cref="SideNames"/>.</param>
/// <param name="Program">File to run.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Variables to set, or to remove where null.</param>
internal sealed record SideStart(string Name, string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment);

/// <summary>A running side: asks for a figure, waits for the number.</summary>
internal sealed class Side : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private readonly Process _process;
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly List<string> _complaints = [];

    /// <exception cref="SideException">The program could not be started.</exception>
    public Side(SideStart start)
    {
        Name = start.Name;
        var info = new ProcessStartInfo(start.Program, start.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        try
        {
            _process = Process.Start(info) ?? throw new SideException($"{start.Program} could not be started.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SideException($"{start.Program} could not be started: {e.Message}");
        }

        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_complaints)
            {
                if (!string.IsNullOrWhiteSpace(line.Data))
                {
                    _complaints.Add(line.Data);
                }
            }
        };
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>Seconds since the process was started.</summary>
    public double Age => _since.Elapsed.TotalSeconds;

    /// <summary>One sample; null where the side does not measure this figure.</summary>
    /// <exception cref="SideException">The side reported an error, ended, or did not answer in time.</exception>
    public double? Sample(string figure) => Ask(figure) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>The text of an answer; null where the side has none.</summary>
    /// <exception cref="SideException">The side reported an error, ended, or did not answer in time.</exception>
    public string? Ask(string question)
    {
        string? answer;
        try
        {
            _process.StandardInput.WriteLine(question);
            _process.StandardInput.Flush();
            using var limit = new CancellationTokenSource(Patience);
            answer = _process.StandardOutput.ReadLineAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new SideException($"{Name} gave no answer to '{question}' within {Patience.TotalMinutes:0} minutes and was stopped.");
        }
        catch (IOException)
        {
            answer = null;
        }

        return answer switch
        {
            null => throw new SideException($"{Name} ended at '{question}'{LastComplaint()}."),
            "none" => null,
            _ when answer.StartsWith("ok ", StringComparison.Ordinal) => answer[3..],
            _ => throw new SideException($"{Name} at '{question}': {answer}"),
        };
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has ended already.
        }

        _process.Dispose();
    }

    private string LastComplaint()
    {
        _process.WaitForExit(TimeSpan.FromSeconds(2));
        lock (_complaints)
        {
            return _complaints.Count == 0 ? "" : $": {_complaints[^1]}";
        }
    }
}
