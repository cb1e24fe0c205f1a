using System.Text.Json;

namespace RobustVlm.Benchmarks.Running;

/// <summary>The numbers for a program to read; values are in the unit named beside them.</summary>
internal static class BenchJson
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static string Render(IReadOnlyList<FigureResult> results, Conditions conditions) => JsonSerializer.Serialize(
        new
        {
            Machine = new
            {
                Facts.Processor,
                Cores = Environment.ProcessorCount,
                conditions.Facts.Threads,
                conditions.Facts.LibTorch,
                DotNet = conditions.Facts.Runtime,
                conditions.Facts.OpenBlasCore,
                conditions.Facts.Variables,
                conditions.LoadBefore,
                conditions.LoadAfter,
            },
            conditions.Repeats,
            conditions.Sides,
            Figures = results.Select(result => new
            {
                result.Figure.Name,
                result.Figure.About,
                Unit = result.Figure.Unit.Name,
                Ours = InUnit(result, result.Medians.Ours),
                Cpp = InUnit(result, result.Medians.Cpp),
                Python = InUnit(result, result.Medians.Python),
                Tuned = InUnit(result, result.Medians.Tuned),
                result.Ratio,
                Goal = result.Figure.Goal.Text,
                Met = result.IsMet,
                Samples = SideNames.All.ToDictionary(side => side, side => result.Samples(side).Select(value => value / result.Figure.Unit.Size)),
                Errors = result.Complaints,
            }),
        },
        Readable);

    private static double? InUnit(FigureResult result, double? value) => value / result.Figure.Unit.Size;
}
