using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// How PyTorch's layers start. The draws come in PyTorch's order, so that one seed gives the same weights here and there.
/// </summary>
internal static class Init
{
    public static Parameter Empty(ReadOnlySpan<long> shape, Device? device, ScalarType? dtype) =>
        new(empty(shape.ToArray(), dtype: dtype, device: device));

    public static Parameter Filled(double value, ReadOnlySpan<long> shape, Device? device, ScalarType? dtype)
    {
        var parameter = Empty(shape, device, dtype);
        nn.init.constant_(parameter, value);
        return parameter;
    }

    /// <summary>Uniform in ±1/√fan-in, written as PyTorch writes it: Kaiming with slope √5.</summary>
    public static void KaimingUniform(Tensor weight) => nn.init.kaiming_uniform_(weight, Math.Sqrt(5));

    public static void BiasOf(Tensor weight, Tensor bias)
    {
        var bound = 1 / Math.Sqrt(nn.init.CalculateFanInAndFanOut(weight).fanIn);
        nn.init.uniform_(bias, -bound, bound);
    }
}
