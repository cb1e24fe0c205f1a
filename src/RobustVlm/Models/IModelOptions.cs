using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Settings from which a model is made.</summary>
/// <typeparam name="TModel">The model.</typeparam>
public interface IModelOptions<out TModel>
    where TModel : nn.Module
{
    /// <summary>Makes a model of these settings with random weights.</summary>
    /// <param name="random">Source of the initial weights; the same state gives the same model.</param>
    /// <returns>The model in training mode, on the CPU, in float32.</returns>
    /// <exception cref="ArgumentException">The settings do not fit one another.</exception>
    TModel Create(Generator random);
}
