using RobustVlm.Benchmarks.Figures;
using RobustVlm.Benchmarks.Running;

if (args is ["--serve"])
{
    return Server.Run();
}

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"tests/bench: {e.Message}");
    return 2;
}

var figures = Catalogue.All.Where(figure => options.Name is null || figure.Name.Contains(options.Name, StringComparison.OrdinalIgnoreCase)).ToList();
if (figures.Count == 0)
{
    Console.Error.WriteLine($"tests/bench: no figure's name contains '{options.Name}'; tests/bench --list shows all.");
    return 2;
}

if (options.List)
{
    foreach (var figure in figures)
    {
        Console.WriteLine($"{figure.Name,-18} {figure.About}{(figure.Goal.Text.Length == 0 ? "" : $" ({figure.Goal.Text})")}");
    }

    return 0;
}

try
{
    return Bench.Run(figures, options);
}
catch (Exception e) when (e is SideException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"tests/bench: {e.Message}");
    return 1;
}
