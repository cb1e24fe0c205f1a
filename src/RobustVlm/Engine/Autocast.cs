using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Runs matrix products and convolutions in a shorter number format while weights and losses stay float32.</summary>
/// <remarks>
/// Every method returns a scope: dispose it (<c>using</c>) to go back to what was set before. Scopes nest and belong to the
/// current thread. With the TorchSharp package, which has no autocast, the scopes do nothing and everything stays float32.
/// </remarks>
public static class Autocast
{
    /// <summary>Whether operators are shortened on this thread right now.</summary>
    public static bool IsEnabled => NativeEngine.IsAutocastEnabled;

    /// <summary>The format that trains fastest on a device: bfloat16 where it is fast, else float32.</summary>
    /// <param name="device">Kind of device.</param>
    /// <returns>BFloat16 or Float32.</returns>
    public static torch.ScalarType TrainingType(DeviceType device = DeviceType.CPU) =>
        device == DeviceType.CUDA || NativeEngine.CpuHasFastBFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>Uses one format until the returned scope is disposed.</summary>
    /// <param name="type">Either bfloat16, or float32, which switches autocast off inside the scope.</param>
    /// <param name="device">Kind of device whose operators are meant.</param>
    /// <returns>The scope.</returns>
    /// <exception cref="ArgumentException"><paramref name="type"/> is another type.</exception>
    public static IDisposable Use(torch.ScalarType type, DeviceType device = DeviceType.CPU)
    {
        if (type is not (torch.ScalarType.BFloat16 or torch.ScalarType.Float32))
        {
            throw new ArgumentException($"Autocast knows BFloat16 and Float32 (off), not {type}.", nameof(type));
        }

        return NativeEngine.Autocast(type == torch.ScalarType.BFloat16, torch.ScalarType.BFloat16, device);
    }

    /// <summary>Uses <see cref="TrainingType"/> until the returned scope is disposed.</summary>
    /// <param name="device">Kind of device whose operators are meant.</param>
    /// <returns>The scope.</returns>
    public static IDisposable ForTraining(DeviceType device = DeviceType.CPU) => Use(TrainingType(device), device);
}
