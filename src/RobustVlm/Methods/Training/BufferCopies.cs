using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>What a forward pass changes besides gradients: statistics of batch normalisation, as they were before a step that may not be finished.</summary>
internal sealed class BufferCopies : IDisposable
{
    private readonly List<(Tensor Buffer, Tensor Copy)> _copies = [];

    internal BufferCopies(nn.Module model)
    {
        using var noGradient = no_grad();
        foreach (var (_, buffer) in model.named_buffers())
        {
            _copies.Add((buffer, buffer.clone().DetachFromDisposeScope()));
        }
    }

    internal void Restore()
    {
        using var whole = Interruption.PutOff();
        using var noGradient = no_grad();
        foreach (var (buffer, copy) in _copies)
        {
            buffer.copy_(copy);
        }
    }

    public void Dispose() => _copies.ForEach(pair => pair.Copy.Dispose());
}
