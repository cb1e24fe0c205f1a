using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>Large operators, whose speed is that of the kernels libtorch was made to choose.</summary>
internal static class KernelFigures
{
    public static IReadOnlyList<Figure> All { get; } =
    [
        Product("matmul-1024", 1024, ScalarType.Float32, Goal.PeakShare(0.85), "peak"),
        Product("matmul-2048", 2048, ScalarType.Float32, Goal.PeakShare(0.85), "peak"),
        Product("matmul-bf16", 1024, ScalarType.BFloat16, Goal.None, null),
        new("conv-3x3", "3x3 convolution, 64 to 64 channels, 56x56, batch 8", Unit.GigaFlops, Goal.None, () =>
        {
            var (x, w) = (randn(8, 64, 56, 56), randn(64, 64, 3, 3));
            return Rate(2.0 * 8 * 64 * 64 * 56 * 56 * 9, () => nn.functional.conv2d(x, w, padding: [1, 1]).Dispose());
        }),
    ];

    private static Figure Product(string name, long size, ScalarType type, Goal goal, string? yardstick) =>
        new Figure(name, $"{size}x{size} times {size}x{size}, {type}", Unit.GigaFlops, goal, () =>
        {
            var (a, b) = (randn(size, size).to(type), randn(size, size).to(type));
            return Rate(2.0 * size * size * size, () => a.matmul(b).Dispose());
        })
        with
        { Yardstick = yardstick };

    private static Func<double> Rate(double operations, Action work)
    {
        var sample = Sampling.Long(() =>
        {
            using var off = no_grad();
            work();
        });
        return () => operations / sample();
    }
}
