using System.Globalization;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>What a whole process costs; every sample has one of its own.</summary>
internal static class ProcessFigures
{
    private const int Steps = 5;

    public static IReadOnlyList<Figure> All { get; } =
    [
        Memory("vit-memory-f32", "peak resident memory of five training steps of a ViT-B block", ScalarType.Float32),
        Memory("vit-memory-bf16", "the same with bfloat16 autocast", ScalarType.BFloat16),
        Memory("vit-memory-adam", "the same in float32 with Adam", null),
        new("start-up", "from starting the process to the result of its first operator", Unit.Milliseconds, Goal.None, () => () =>
        {
            using var sum = ones(1) + ones(1);
            return 0;
        }) { Fresh = true, FromStart = true, Yardstick = "start-up" },
    ];

    private static Figure Memory(string name, string about, ScalarType? type) =>
        new Figure(name, about, Unit.Mebibytes, Goal.Python(1, 1), () =>
        {
            var step = ModelFigures.Step(768, 12, 197, 8, type ?? ScalarType.Float32, adam: type is null);
            return () =>
            {
                for (var i = 0; i < Steps; i++)
                {
                    step();
                }

                return PeakResident();
            };
        })
        with
        { Fresh = true };

    internal static double PeakResident()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture);
    }
}
