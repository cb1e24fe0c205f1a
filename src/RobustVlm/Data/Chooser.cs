namespace RobustVlm.Data;

/// <summary>Takes decisions about a text by uniform numbers, one after the other.</summary>
/// <param name="numbers">In [0, 1).</param>
internal sealed class Chooser(ReadOnlyMemory<float> numbers)
{
    private int _next;

    internal float Next() => numbers.Span[_next++];

    internal T From<T>(IReadOnlyList<T> options) => options[Math.Min((int)(Next() * options.Count), options.Count - 1)];
}
