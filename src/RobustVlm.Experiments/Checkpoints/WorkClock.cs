using System.Diagnostics;
using System.Globalization;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>Working time of something that may be interrupted and go on in another process.</summary>
internal sealed class WorkClock(string file)
{
    private double _before = double.TryParse(File.Exists(file) ? File.ReadAllText(file) : "", CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    internal TimeSpan Total => TimeSpan.FromSeconds(_before);

    internal T Time<T>(Func<T> work)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return work();
        }
        finally
        {
            _before += watch.Elapsed.TotalSeconds;
            File.WriteAllText(file, _before.ToString("0.0", CultureInfo.InvariantCulture));
        }
    }

    internal void Forget() => File.Delete(file);
}
