using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Puts a model in evaluation mode for a while: training noise must not enter an attack or a score.</summary>
internal readonly struct EvaluationMode : IDisposable
{
    private readonly nn.Module? _training;

    internal EvaluationMode(nn.Module model)
    {
        _training = model.training ? model : null;
        _training?.eval();
    }

    public void Dispose() => _training?.train();
}
