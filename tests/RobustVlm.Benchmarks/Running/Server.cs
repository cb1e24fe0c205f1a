using System.Globalization;
using RobustVlm.Benchmarks.Figures;

namespace RobustVlm.Benchmarks.Running;

/// <summary>
/// Our side of a comparison, in a process of its own: reads the name of a figure per line, answers with one line,
/// <c>ok NUMBER</c>, <c>none</c> (not measured here) or <c>error TEXT</c>. The C++ and Python programs do the same.
/// </summary>
internal static class Server
{
    public static int Run()
    {
        var answers = Console.Out;
        Console.SetOut(Console.Error);   // whatever a figure prints must not be taken for an answer
        var prepared = new Dictionary<string, Func<double>>();
        while (Console.In.ReadLine() is { } name)
        {
            answers.WriteLine(name == "facts" ? "ok " + Facts.Own() : Answer(name, prepared));
            answers.Flush();
        }

        return 0;
    }

    private static string Answer(string name, Dictionary<string, Func<double>> prepared)
    {
        if (Catalogue.All.FirstOrDefault(figure => figure.Name == name) is not { } figure)
        {
            return "none";
        }

        try
        {
            if (!prepared.TryGetValue(name, out var sample))
            {
                prepared[name] = sample = figure.Prepare();
            }

            return "ok " + sample().ToString("R", CultureInfo.InvariantCulture);
        }
#pragma warning disable CA1031 // one figure that fails must not hide the others
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"error {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }
}
