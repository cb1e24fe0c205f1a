using RobustVlm.Kernel.Display;
using RobustVlm.Kernel.Execution;

namespace RobustVlm.Kernel.Serving;

/// <summary>Loads compiler and formatters before the first cell needs them; the first cell is three times faster for it.</summary>
internal static class WarmUp
{
    private const string Code = """
        record Warm(int Number, string Text);
        var items = Enumerable.Range(0, 3).Select(number => new Warm(number, $"{number:0.0}")).ToList();
        await Task.Yield();
        items.Where(item => item.Number > 0).ToDictionary(item => item.Text)
        """;

    public static void Run(CachingMetadataResolver resolver, string directory)
    {
        try
        {
            var session = new ScriptSession(new SourceTexts(), resolver, directory);
            var (_, value) = session.Run(Code, "warm-up", _ => { }, cell: null);
            _ = ObjectFormatter.Format(value, []);
            session.Run("throw new InvalidOperationException();", "warm-up", _ => { }, cell: null);
        }
        catch (CellFailure failure) when (failure.Error.Name == nameof(InvalidOperationException))
        {
            // Thrown on purpose: the way of an exception to the user is worth warming too.
        }
        catch (Exception exception)
        {
            KernelLog.WriteLine($"The warm-up failed: {exception.Message}");
        }
    }
}
