using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// How PyTorch's layers start. The draws come in PyTorch's order, so that one seed gives the same weights here and there.
/// </summary>
internal static class Init
{
    [ThreadStatic]
    private static int skips;

    public static bool IsSkipped => skips > 0;

    /// <summary>Until the returned scope ends, start values on this thread are NaN instead of drawn.</summary>
    public static IDisposable Skip() => new Skipping();

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

    private sealed class Skipping : IDisposable
    {
        private readonly Thread _thread = Thread.CurrentThread;
        private bool _ended;

        public Skipping() => skips++;

        public void Dispose()
        {
            if (_ended)
            {
                return;
            }

            if (_thread != Thread.CurrentThread)
            {
                throw new InvalidOperationException("The scope must end on the thread it was made on.");
            }

            _ended = true;
            skips--;
        }
    }
}
