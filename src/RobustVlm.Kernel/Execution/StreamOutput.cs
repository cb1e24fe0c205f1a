using System.Text;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Collects what a cell prints and publishes it in few large messages: a message per write would flood the frontend. Thread-safe.
/// </summary>
internal sealed class StreamOutput(Action<string, string> publish)
{
    public const string Out = "stdout";
    public const string Error = "stderr";

    /// <summary>Longest time, in milliseconds, that text waits for company.</summary>
    internal const int FlushInterval = 50;

    /// <summary>Characters a cell may print before the rest is dropped.</summary>
    internal const int LongestOutput = 1024 * 1024;

    private const int FlushLength = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly StringBuilder _pending = new();
    private string _pendingName = Out;
    private int _total;

    /// <summary>Adds text; it is published soon.</summary>
    /// <param name="name">The stream, <see cref="Out"/> or <see cref="Error"/>.</param>
    /// <param name="text">The text.</param>
    public void Write(string name, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        lock (_lock)
        {
            if (_total >= LongestOutput)
            {
                return;
            }

            if (_pending.Length > 0 && _pendingName != name)
            {
                Publish();
            }

            if (_pending.Length == 0)
            {
                _pendingName = name;
                StreamTicker.Soon(this);
            }

            _total += text.Length;
            _pending.Append(text);
            if (_total >= LongestOutput)
            {
                Publish();
                publish(Error, $"\n(cut: this cell has printed more than {LongestOutput / 1024} KB)\n");
            }
            else if (_pending.Length >= FlushLength && !char.IsHighSurrogate(text[^1]))
            {
                Publish();
            }
        }
    }

    /// <summary>Publishes what is pending; to be called before anything else of the cell is shown.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            Publish();
        }
    }

    private void Publish()
    {
        if (_pending.Length > 0)
        {
            var text = _pending.ToString();
            _pending.Clear();
            publish(_pendingName, text.Contains('\r', StringComparison.Ordinal) ? text.Replace("\r\n", "\n", StringComparison.Ordinal) : text);
        }
    }
}
