using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>Managed bytes per call: what the garbage collector has to clear up later, which a fastest batch does not show.</summary>
internal static class AllocationFigures
{
    private const int Warm = 2_000;
    private const int Calls = 10_000;

    public static IReadOnlyList<Figure> All { get; } =
    [
        Bytes("bytes-add", "managed bytes of a + b", Goal.Below(65, "at most 64 B"), () =>
        {
            var (a, b) = (ones(1), ones(1));
            return n =>
            {
                for (var i = 0; i < n; i++)
                {
                    (a + b).Dispose();
                }
            };
        }),
        Bytes("bytes-sgd-step", "managed bytes of the SGD step", Goal.None, () => StepFigures.Work(parameters => optim.SGD(parameters, 1e-3))),
        Bytes("bytes-adam-step", "managed bytes of the Adam step", Goal.None, () => StepFigures.Work(parameters => optim.Adam(parameters, 1e-3))),
    ];

    private static Figure Bytes(string name, string about, Goal goal, Func<Action<int>> prepare) =>
        new(name, about, Unit.Bytes, goal, () =>
        {
            var work = prepare();
            work(Warm);
            return () =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                work(Calls);
                return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
            };
        });
}
