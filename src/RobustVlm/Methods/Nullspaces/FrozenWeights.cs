using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Nullspaces;

/// <summary>No weight of a model asks for a gradient until this is disposed: nothing is computed or kept for them.</summary>
internal readonly struct FrozenWeights : IDisposable
{
    private readonly Parameter[] _asking;

    internal FrozenWeights(nn.Module model)
    {
        _asking = [.. model.parameters().Where(weight => weight.requires_grad)];
        Ask(false);
    }

    public void Dispose() => Ask(true);

    private void Ask(bool gradients)
    {
        foreach (var weight in _asking)
        {
            weight.requires_grad_(gradients);
        }
    }
}
