using RobustVlm.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>What a loss needs to know about the batch it is computed for.</summary>
public sealed class TrainingStep
{
    private readonly bool _mixedPrecision;
    private readonly Dictionary<string, double> _terms;

    internal TrainingStep(int step, int part, TrainingOptions options, Generator random, Dictionary<string, double> terms)
    {
        Step = step;
        Batch = (long)step * options.Accumulation + part;
        Random = random;
        _mixedPrecision = options.MixedPrecision;
        _terms = terms;
    }

    /// <summary>The update, from 0.</summary>
    public int Step { get; }

    /// <summary>The batch, from 0: several for one update when gradients are accumulated.</summary>
    public long Batch { get; }

    /// <summary>Source of this batch's randomness. It depends on the seed and <see cref="Batch"/> alone, so that a resumed run draws the same.</summary>
    public Generator Random { get; }

    /// <summary>Runs encoders in the training's precision until disposed.</summary>
    /// <param name="device">Where they run.</param>
    /// <returns>Dispose it before the loss is computed.</returns>
    public IDisposable UsePrecision(DeviceType device) => _mixedPrecision ? Autocast.ForTraining(device) : Autocast.Use(ScalarType.Float32, device);

    /// <summary>Keeps a part of the loss, or any other number, for the curves. The mean over an update's batches is stored.</summary>
    /// <param name="name">Its name, the same in every step.</param>
    /// <param name="value">Float tensor [], any value.</param>
    public void Record(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Record(name, value.to(ScalarType.Float64).item<double>());
    }

    /// <summary>Keeps a number for the curves. The mean over an update's batches is stored.</summary>
    /// <param name="name">Its name, the same in every step.</param>
    /// <param name="value">Any value.</param>
    public void Record(string name, double value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _terms[name] = _terms.GetValueOrDefault(name) + value;
    }
}
