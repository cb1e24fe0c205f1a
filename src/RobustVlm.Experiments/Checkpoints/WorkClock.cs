using System.Diagnostics;
using System.Globalization;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Working time of something that may be interrupted or killed and go on in another process.</summary>
internal sealed class WorkClock : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(20);

    private readonly string _file;
    private readonly double _before;
    private readonly Stopwatch _watch = new();
    private readonly Timer _timer;

    internal WorkClock(string file)
    {
        _file = file;
        _before = double.TryParse(File.Exists(file) ? File.ReadAllText(file) : "", CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        _timer = new Timer(_ => Save());
    }

    internal TimeSpan Total => TimeSpan.FromSeconds(_before) + _watch.Elapsed;

    internal T Time<T>(Func<T> work)
    {
        _watch.Start();
        _timer.Change(s_interval, s_interval);
        try
        {
            return work();
        }
        finally
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _watch.Stop();
            Save();
        }
    }

    internal void Forget() => File.Delete(_file);

    public void Dispose() => _timer.Dispose();

    private void Save()
    {
        lock (_watch)
        {
            File.WriteAllText(_file, Total.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture));
        }
    }
}
