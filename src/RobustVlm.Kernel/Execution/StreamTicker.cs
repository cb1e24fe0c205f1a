using System.Collections.Concurrent;

namespace RobustVlm.Kernel.Execution;

/// <summary>Publishes pending stream text at regular times, on a thread of its own since a cell may keep the thread pool busy.</summary>
internal static class StreamTicker
{
    private static readonly BlockingCollection<StreamOutput> Waiting = [];

    static StreamTicker()
    {
        var thread = new Thread(Run) { Name = "stream ticker", IsBackground = true };
        thread.Start();
    }

    /// <summary>Has the text published within about <see cref="StreamOutput.FlushInterval"/>.</summary>
    public static void Soon(StreamOutput output) => Waiting.Add(output);

    private static void Run()
    {
        foreach (var first in Waiting.GetConsumingEnumerable())
        {
            Thread.Sleep(StreamOutput.FlushInterval);
            first.Flush();
            while (Waiting.TryTake(out var next))
            {
                next.Flush();
            }
        }
    }
}
