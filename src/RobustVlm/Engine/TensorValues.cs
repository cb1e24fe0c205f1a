using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Numbers of a tensor as a .NET array.</summary>
public static class TensorValues
{
    /// <summary>Copies all numbers, from any device, and frees what that needed.</summary>
    /// <typeparam name="T">The .NET type that matches the element type, e.g. float for float32.</typeparam>
    /// <param name="tensor">Tensor [...] of any shape.</param>
    /// <returns>The numbers, last dimension fastest.</returns>
    /// <exception cref="ArgumentException">The element type is another one.</exception>
    public static T[] Values<T>(this torch.Tensor tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = torch.NewDisposeScope();
        using var accessor = tensor.detach().cpu().data<T>();
        return accessor.ToArray();
    }
}
