using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>Running mean of a model's weights (Polyak and Juditsky 1992); it often does better than the last weights.</summary>
public sealed class WeightAverage : IDisposable
{
    private readonly Dictionary<string, Tensor> _means;
    private readonly double _decay;

    internal WeightAverage(nn.Module model, IEnumerable<(string Name, Parameter Weight)> weights, double decay)
    {
        _decay = decay;
        using var scope = NewDisposeScope();
        _means = Averaged(model, weights).ToDictionary(part => part.Name, part => part.Value.detach().clone().DetachFromDisposeScope());
    }

    internal IReadOnlyDictionary<string, Tensor> Means => _means;

    /// <summary>Puts the means into the model they were taken from, or an equal one.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">It lacks one of the weights.</exception>
    public void CopyTo(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var noGradient = no_grad();
        var weights = Averaged(model, model.named_parameters().Select(weight => (weight.name, weight.parameter))).ToDictionary(part => part.Name, part => part.Value);
        foreach (var (name, mean) in _means)
        {
            if (!weights.TryGetValue(name, out var weight))
            {
                throw new ArgumentException($"The model has no weight '{name}'; use the model that was trained.", nameof(model));
            }

            weight.copy_(mean);
        }
    }

    /// <summary>Frees the means.</summary>
    public void Dispose()
    {
        foreach (var mean in _means.Values)
        {
            mean.Dispose();
        }
    }

    internal void Update(nn.Module model, IEnumerable<(string Name, Parameter Weight)> weights, int updates)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var decay = Math.Min(_decay, (1.0 + updates) / (10.0 + updates));
        foreach (var (name, value) in Averaged(model, weights))
        {
            if (value.is_floating_point())
            {
                _means[name].mul_(decay).add_(value * (1 - decay));
            }
            else
            {
                _means[name].copy_(value);
            }
        }
    }

    // Buffers too: normalisation by the statistics of other weights than those it stands beside would be wrong.
    private static IEnumerable<(string Name, Tensor Value)> Averaged(nn.Module model, IEnumerable<(string Name, Parameter Weight)> weights) =>
        weights.Select(weight => (weight.Name, (Tensor)weight.Weight)).Concat(model.named_buffers().Select(buffer => (buffer.name, buffer.buffer)));
}
