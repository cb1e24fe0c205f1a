using System.Diagnostics;
using System.Globalization;
using System.Net;
using RobustVlm.Methods.Training;

namespace RobustVlm.Experiments;

/// <summary>Shows how far a long step is: a bar in a notebook, a line in a terminal.</summary>
/// <remarks>What remains in a saved notebook is the last state, which names no times, so that equal runs give equal files.</remarks>
public sealed class ProgressDisplay : IDisposable
{
    // A notebook kernel publishes this: (value, display id, whether to update).
    private const string DisplayHook = "Notebook.Display";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly string _title;
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly Action<object, string, bool>? _notebook = AppContext.GetData(DisplayHook) as Action<object, string, bool>;
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private TimeSpan _nextShown = TimeSpan.Zero;
    private TimeSpan _nextLogged = TimeSpan.Zero;
    private bool _shown;
    private double _share;
    private double? _firstShare;
    private string _detail = "";

    internal ProgressDisplay(string title)
    {
        _title = title;
        Show(finished: false);
    }

    /// <summary>Tells how far the step is; cheap enough to call at every iteration.</summary>
    /// <param name="share">Share that is done, in [0, 1].</param>
    /// <param name="detail">A short remark, e.g. the current loss.</param>
    public void Report(double share, string detail = "")
    {
        (_share, _detail) = (Math.Clamp(share, 0, 1), detail);
        _firstShare ??= _share;   // what was done before, e.g. by a run that was interrupted, took none of this one's time
        if (_sinceStart.Elapsed >= _nextShown)
        {
            Show(finished: false);
        }
    }

    /// <summary>Tells how far a training is.</summary>
    /// <param name="step">The finished step.</param>
    internal void Report(TrainingProgress step) => Report(
        (double)step.Step / step.Total, string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.00}"));

    /// <summary>Says what came of it and ends the display.</summary>
    /// <param name="summary">One short sentence; it stays in the notebook.</param>
    public void Finish(string summary)
    {
        (_share, _detail) = (1, summary);
        Show(finished: true);
    }

    /// <summary>Ends the line in a terminal.</summary>
    public void Dispose()
    {
        if (_notebook is null && !Console.IsErrorRedirected)
        {
            Console.Error.WriteLine();
        }
    }

    private void Show(bool finished)
    {
        _nextShown = _sinceStart.Elapsed + Interval;
        var state = new State(_title, _share, _detail, finished ? null : Remaining());
        if (_notebook is not null)
        {
            _notebook(state, _id, _shown);
        }
        else if (!Console.IsErrorRedirected)
        {
            Console.Error.Write("\r\u001b[K" + state);
        }
        else if (finished || _sinceStart.Elapsed >= _nextLogged)
        {
            // A log gets a line now and then, not a bar.
            _nextLogged = _sinceStart.Elapsed + LogInterval;
            Console.Error.WriteLine(state);
        }

        _shown = true;
    }

    private TimeSpan? Remaining() =>
        _share - (_firstShare ?? 0) is var done && done > 0.02 && _sinceStart.Elapsed.TotalSeconds > 2 ? _sinceStart.Elapsed * ((1 - _share) / done) : null;

    /// <summary>A time as one reads it: seconds, minutes or hours.</summary>
    internal static string InWords(TimeSpan time) => time.TotalMinutes < 3
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(time.TotalSeconds))} s")
        : time.TotalHours < 3 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h");

    private sealed record State(string Title, double Share, string Detail, TimeSpan? Remaining)
    {
        public Dictionary<string, object> ToMimeBundle() => new()
        {
            ["text/html"] = Html(),
            ["text/plain"] = ToString(),
        };

        public override string ToString()
        {
            var left = Remaining is { } time ? $", about {InWords(time)} left" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{Title}: {Share:P0}{left}{(Detail.Length > 0 ? " · " + Detail : "")}");
        }

        private string Html()
        {
            var percent = (Share * 100).ToString("0", CultureInfo.InvariantCulture);
            return "<div style=\"display:flex;align-items:center;gap:10px;font-family:sans-serif;font-size:13px\">" +
                "<div style=\"width:220px;height:8px;border-radius:4px;background:#d9dee5;overflow:hidden;flex:none\">" +
                $"<div style=\"width:{percent}%;height:8px;background:#0072B2\"></div></div>" +
                $"<span>{WebUtility.HtmlEncode(ToString())}</span></div>";
        }
    }
}
