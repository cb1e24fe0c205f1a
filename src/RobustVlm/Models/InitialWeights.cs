using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Initial weights drawn from a given generator, so that a seed fixes the whole model.</summary>
internal static class InitialWeights
{
    internal static void Normal(Tensor? weight, double deviation, Generator random)
    {
        ArgumentNullException.ThrowIfNull(weight);
        nn.init.normal_(weight, 0, deviation, random);
    }

    internal static void Linear(Linear layer, double deviation, Generator random)
    {
        Normal(layer.weight, deviation, random);
        if (layer.bias is { } bias)
        {
            nn.init.zeros_(bias);
        }
    }
}
