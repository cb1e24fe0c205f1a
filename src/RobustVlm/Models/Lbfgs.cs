using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Limited-memory BFGS for smooth convex functions (Nocedal 1980), with steps halved until the value falls enough.</summary>
internal static class Lbfgs
{
    private const int History = 10;
    private const int LargestHalvings = 40;

    /// <summary>Value and gradient at a point; both are float64.</summary>
    internal delegate (double Value, Tensor Gradient) Objective(Tensor point);

    /// <summary>Walks downhill in place.</summary>
    /// <param name="objective">The function.</param>
    /// <param name="point">Double tensor [P], the start; holds the minimum afterwards.</param>
    /// <param name="iterations">Largest number of steps.</param>
    /// <param name="tolerance">Stops once no component of the gradient is larger.</param>
    /// <returns>Steps taken, and whether the tolerance was reached.</returns>
    internal static (int Iterations, bool Converged) Minimise(Objective objective, Tensor point, int iterations, double tolerance)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var pairs = new List<(Tensor Step, Tensor Change, double Curvature)>();
        var (value, gradient) = objective(point);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            Interruption.ThrowIfRequested();
            if (gradient.abs().max().item<double>() <= tolerance)
            {
                return (iteration, true);
            }

            using var step = NewDisposeScope();
            var direction = Direction(gradient, pairs);
            var slope = Dot(direction, gradient);
            var length = pairs.Count == 0 ? 1 / Math.Max(1, gradient.norm().item<double>()) : 1.0;
            var (moved, newValue, newGradient) = Search(objective, point, value, direction, slope, length);
            if (newGradient is null)
            {
                return (iteration, false);   // rounding hides any further decrease
            }

            var stepVector = moved - point;
            var change = newGradient - gradient;
            var curvature = Dot(stepVector, change);
            if (curvature > 1e-12 * Dot(change, change))
            {
                pairs.Add((stepVector.MoveToOuterDisposeScope(), change.MoveToOuterDisposeScope(), curvature));
                Trim(pairs);
            }

            point.copy_(moved);
            gradient.Dispose();
            (value, gradient) = (newValue, newGradient.MoveToOuterDisposeScope());
        }

        return (iterations, gradient.abs().max().item<double>() <= tolerance);
    }

    private static (Tensor Point, double Value, Tensor? Gradient) Search(
        Objective objective, Tensor point, double value, Tensor direction, double slope, double length)
    {
        for (var halving = 0; halving < LargestHalvings; halving++)
        {
            var candidate = point + (direction * length);
            var (newValue, newGradient) = objective(candidate);
            if (newValue <= value + (1e-4 * length * slope))
            {
                return (candidate, newValue, newGradient);
            }

            length /= 2;
        }

        return (point, value, null);
    }

    private static Tensor Direction(Tensor gradient, List<(Tensor Step, Tensor Change, double Curvature)> pairs)
    {
        var direction = gradient.neg();
        var weights = new double[pairs.Count];
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            weights[i] = Dot(pairs[i].Step, direction) / pairs[i].Curvature;
            direction.sub_(pairs[i].Change * weights[i]);
        }

        if (pairs.Count > 0)
        {
            direction.mul_(pairs[^1].Curvature / Dot(pairs[^1].Change, pairs[^1].Change));
        }

        for (var i = 0; i < pairs.Count; i++)
        {
            direction.add_(pairs[i].Step * (weights[i] - (Dot(pairs[i].Change, direction) / pairs[i].Curvature)));
        }

        return direction;
    }

    private static void Trim(List<(Tensor Step, Tensor Change, double Curvature)> pairs)
    {
        if (pairs.Count > History)
        {
            pairs[0].Step.Dispose();
            pairs[0].Change.Dispose();
            pairs.RemoveAt(0);
        }
    }

    private static double Dot(Tensor left, Tensor right) => left.mul(right).sum().item<double>();
}
