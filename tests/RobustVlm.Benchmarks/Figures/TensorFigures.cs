using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>What one small operator costs: nearly all of it is the way to libtorch and back.</summary>
internal static class TensorFigures
{
    private const int ScopeSize = 100;

    public static IReadOnlyList<Figure> All { get; } =
    [
        Op("add", "a + b of one element each, result freed", Goal.Cpp(plus: 100e-9), () =>
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
        Op("add-scope", $"the same, freed by a dispose scope per {ScopeSize}", Goal.None, () =>
        {
            var (a, b) = (ones(1), ones(1));
            return n =>
            {
                for (var i = 0; i < n; i += ScopeSize)
                {
                    using var scope = NewDisposeScope();
                    for (var j = i; j < Math.Min(n, i + ScopeSize); j++)
                    {
                        _ = a + b;
                    }
                }
            };
        }) with { Yardstick = "add" },
        Op("add-inplace", "a.add_(b)", Goal.Cpp(plus: 100e-9), () =>
        {
            var (a, b) = (ones(1), zeros(1));
            return n =>
            {
                for (var i = 0; i < n; i++)
                {
                    a.add_(b);
                }
            };
        }),
        Op("add-scalar", "a + 1.0", Goal.Cpp(plus: 100e-9), () =>
        {
            var a = ones(1);
            return n =>
            {
                for (var i = 0; i < n; i++)
                {
                    (a + 1.0).Dispose();
                }
            };
        }),
        Op("shape", "the sizes as an array", Goal.Below(100e-9, "below 100 ns"), () =>
        {
            var a = ones(2, 3, 4);
            return n =>
            {
                for (var i = 0; i < n; i++)
                {
                    _ = a.shape;
                }
            };
        }),
        Op("item", "item<float>() of one element", Goal.Below(100e-9, "below 100 ns"), () =>
        {
            var a = ones(1);
            return n =>
            {
                for (var i = 0; i < n; i++)
                {
                    _ = a.item<float>();
                }
            };
        }),
        Op("zeros", "zeros(1), freed", Goal.None, () => n =>
        {
            for (var i = 0; i < n; i++)
            {
                zeros(1).Dispose();
            }
        }),
        Op("cat", "cat of two tensors of one element", Goal.None, () =>
        {
            Tensor[] parts = [ones(1), ones(1)];
            return n =>
            {
                for (var i = 0; i < n; i++)
                {
                    cat(parts, 0).Dispose();
                }
            };
        }),
        Op("linear", "Linear 32 to 32, batch 32, no gradient", Goal.None, () =>
        {
            var layer = nn.Linear(32, 32);
            var x = ones(32, 32);
            return n =>
            {
                using var off = no_grad();
                for (var i = 0; i < n; i++)
                {
                    layer.call(x).Dispose();
                }
            };
        }),
        new("error", "a wrong shape, thrown and caught", Unit.Microseconds, Goal.None, () =>
        {
            var (a, b) = (ones(2, 3), ones(4, 5));
            return Sampling.Short(n =>
            {
                for (var i = 0; i < n; i++)
                {
                    try
                    {
                        a.mm(b);
                    }
                    catch (TorchException)
                    {
                    }
                }
            });
        }) { Yardstick = "error" },
    ];

    private static Figure Op(string name, string about, Goal goal, Func<Action<int>> prepare) =>
        new(name, about, Unit.Nanoseconds, goal, () => Sampling.Short(prepare())) { Yardstick = name };
}
