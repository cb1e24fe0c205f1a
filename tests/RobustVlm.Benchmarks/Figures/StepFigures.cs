using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Benchmarks.Figures;

/// <summary>A whole training step of one small layer: many small operators, a backward pass, an optimizer.</summary>
internal static class StepFigures
{
    public static IReadOnlyList<Figure> All { get; } =
    [
        Step("sgd-step", "SGD step of Linear 32 to 32, batch 32", Goal.Cpp(times: 1.2), parameters => optim.SGD(parameters, 1e-3)),
        Step("adam-step", "Adam step of the same", Goal.None, parameters => optim.Adam(parameters, 1e-3)),
    ];

    /// <summary>zero_grad, forward, loss, backward, step, with the step's tensors freed.</summary>
    internal static Action<int> Work(Func<IEnumerable<Parameter>, optim.Optimizer> make)
    {
        var layer = nn.Linear(32, 32);
        var optimizer = make(layer.parameters());
        var (x, y) = (randn(32, 32), randn(32, 32));
        return n =>
        {
            for (var i = 0; i < n; i++)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var loss = nn.functional.mse_loss(layer.call(x), y);
                loss.backward();
                optimizer.step();
            }
        };
    }

    private static Figure Step(string name, string about, Goal goal, Func<IEnumerable<Parameter>, optim.Optimizer> make) =>
        new(name, about, Unit.Microseconds, goal, () => Sampling.Short(Work(make))) { Yardstick = name };
}
