using System.Diagnostics;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>
/// One sample is the fastest of many batches: what disturbs a batch only ever makes it slower. All sides follow the same
/// rule; the table shows the median of the samples.
/// </summary>
internal static class Sampling
{
    private const double BatchSeconds = 2e-3;
    private const double SampleSeconds = 0.1;
    private const double WarmSeconds = 0.5;
    private const double LongSampleSeconds = 0.6;

    /// <summary>Seconds per call of something that takes less than about a millisecond.</summary>
    /// <param name="work">Does it the given number of times.</param>
    public static Func<double> Short(Action<int> work)
    {
        var calls = 0;
        return () =>
        {
            if (calls == 0)
            {
                calls = Calibrate(work);
            }

            return Fastest(() => work(calls), SampleSeconds, 10) / calls;
        };
    }

    /// <summary>Seconds per call of something that takes milliseconds or more.</summary>
    public static Func<double> Long(Action work)
    {
        var warm = false;
        return () =>
        {
            if (!warm)
            {
                warm = true;
                work();
                work();
            }

            return Fastest(work, LongSampleSeconds, 3);
        };
    }

    private static int Calibrate(Action<int> work)
    {
        // The compiler improves hot code in the background, so speed is taken after it had time to.
        var watch = Stopwatch.StartNew();
        var calls = 1;
        while (watch.Elapsed.TotalSeconds < WarmSeconds)
        {
            var before = watch.Elapsed.TotalSeconds;
            work(calls);
            var seconds = Math.Max(watch.Elapsed.TotalSeconds - before, 1e-9);
            calls = Math.Max(1, (int)Math.Min(calls * 4.0, calls * BatchSeconds / seconds));
        }

        return calls;
    }

    private static double Fastest(Action batch, double seconds, int atLeast)
    {
        var best = double.PositiveInfinity;
        var all = Stopwatch.StartNew();
        for (var i = 0; i < atLeast || all.Elapsed.TotalSeconds < seconds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            batch();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
