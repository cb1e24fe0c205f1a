using RobustVlm.Benchmarks.Figures;

namespace RobustVlm.Benchmarks.Running;

/// <summary>
/// Asks the sides in turn, figure by figure, several rounds long: what else happens on the machine then hits all of them
/// alike, and a median over the rounds does not care about a bad one.
/// </summary>
internal static class Bench
{
    // Threads that spin for a while after their work must not disturb the next side.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    public static int Run(IReadOnlyList<Figure> figures, BenchOptions options)
    {
        var loadBefore = Facts.Load();
        Facts facts;
        using (var own = new Side(Starts.Ours))
        {
            facts = Facts.Read(own.Ask("facts") ?? "");
        }

        var starts = Starts.For(options, facts, Console.Error);
        var results = figures.Select(figure => new FigureResult(figure)).ToList();
        var running = new Dictionary<string, Side>();
        try
        {
            for (var round = 1; round <= options.Repeats; round++)
            {
                for (var i = 0; i < results.Count; i++)
                {
                    Console.Error.WriteLine($"round {round} of {options.Repeats}, {i + 1} of {results.Count}: {results[i].Figure.Name}");
                    foreach (var start in starts)
                    {
                        Take(results[i], start, running);
                        Thread.Sleep(Pause);
                    }
                }
            }
        }
        finally
        {
            foreach (var side in running.Values)
            {
                side.Dispose();
            }
        }

        var conditions = new Conditions(facts, loadBefore, Facts.Load(), options.Repeats, [.. starts.Select(start => start.Name)]);
        Console.Write(BenchTable.Render(results, conditions));
        if (options.Json is { } path)
        {
            File.WriteAllText(path, BenchJson.Render(results, conditions));
            Console.WriteLine($"Written to {path}.");
        }

        return results.Exists(result => result.Complaints.Any()) ? 1 : 0;
    }

    private static void Take(FigureResult result, SideStart start, Dictionary<string, Side> running)
    {
        var figure = result.Figure;
        var question = start.Name switch
        {
            SideNames.Cpp => figure.Yardstick,
            SideNames.Python => figure.Installed ?? figure.Name,
            _ => figure.Name,
        };
        if (question is null || result.IsClosed(start.Name))
        {
            return;
        }

        try
        {
            if (figure.Fresh)
            {
                using var side = new Side(start);
                var value = side.Sample(question);
                result.Add(start.Name, value is not null && figure.FromStart ? side.Age : value);
                return;
            }

            if (!running.TryGetValue(start.Name, out var kept))
            {
                running[start.Name] = kept = new Side(start);
            }

            result.Add(start.Name, kept.Sample(question));
        }
        catch (SideException e)
        {
            Console.Error.WriteLine($"tests/bench: {e.Message}");
            result.Complain(start.Name, e.Message);
            if (!figure.Fresh && running.Remove(start.Name, out var broken))
            {
                broken.Dispose();
            }
        }
    }
}
