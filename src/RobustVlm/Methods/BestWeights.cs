using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods;

/// <summary>Keeps a copy of the trained weights, and of what batch normalisation remembers, from the epoch with the best score.</summary>
internal sealed class BestWeights : IDisposable
{
    private readonly (Tensor Weight, Tensor Copy)[] _kept;
    private readonly List<double> _scores = [];

    internal BestWeights(nn.Module model)
    {
        using var noGradient = no_grad();
        Parameter[] weights = [.. model.parameters().Where(weight => weight.requires_grad)];
        Count = weights.Sum(weight => weight.numel());
        _kept = [.. weights.Concat(model.named_buffers().Select(entry => entry.buffer)).Select(weight => (weight, weight.clone().DetachFromDisposeScope()))];
    }

    internal IReadOnlyList<double> Scores => _scores;

    /// <summary>Number of trained weights.</summary>
    internal long Count { get; }

    /// <summary>First of the largest; the last one when all are NaN.</summary>
    internal static int BestOf(IReadOnlyList<double> scores)
    {
        var best = -1;
        for (var epoch = 0; epoch < scores.Count; epoch++)
        {
            if (!double.IsNaN(scores[epoch]) && (best < 0 || scores[epoch] > scores[best]))
            {
                best = epoch;
            }
        }

        return best < 0 ? scores.Count - 1 : best;
    }

    internal void Add(double score)
    {
        _scores.Add(score);
        if (BestOf(_scores) == _scores.Count - 1)
        {
            Copy(from: pair => pair.Weight, to: pair => pair.Copy);
        }
    }

    /// <summary>The copies, of weights and then of buffers, always in the same order.</summary>
    internal IEnumerable<Tensor> Copies => _kept.Select(pair => pair.Copy);

    internal bool HasShapesOf(IReadOnlyList<IReadOnlyList<long>> shapes) => shapes.Count == _kept.Length && _kept.Zip(shapes).All(pair => pair.First.Copy.shape.SequenceEqual(pair.Second));

    /// <summary>Takes up the copies and scores of an interrupted training.</summary>
    internal void Take(IReadOnlyList<Tensor> copies, IReadOnlyList<double> scores)
    {
        using var noGradient = no_grad();
        foreach (var (pair, copy) in _kept.Zip(copies))
        {
            pair.Copy.copy_(copy);
        }

        _scores.AddRange(scores);
    }

    internal void Restore() => Copy(from: pair => pair.Copy, to: pair => pair.Weight);

    public void Dispose()
    {
        foreach (var (_, copy) in _kept)
        {
            copy.Dispose();
        }
    }

    private void Copy(Func<(Tensor Weight, Tensor Copy), Tensor> from, Func<(Tensor Weight, Tensor Copy), Tensor> to)
    {
        using var noGradient = no_grad();
        foreach (var pair in _kept)
        {
            to(pair).copy_(from(pair));
        }
    }
}
