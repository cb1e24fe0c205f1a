using RobustVlm.Models.Diffusion;
using RobustVlm.Tests.Models;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Privacy;

/// <summary>A small network without training, in float64, that another program can make too: a convolution, plus a shift by the noise level, tanh, a convolution.</summary>
internal sealed class ToyPredictor : INoisePredictor
{
    private readonly Tensor _enter = FormulaWeights.Weight("enter", [6, 1, 3, 3]);
    private readonly Tensor _time = FormulaWeights.Weight("time", [6, 1]).view(1, 6, 1, 1);
    private readonly Tensor _leave = FormulaWeights.Weight("leave", [1, 6, 3, 3]);

    public Tensor Predict(Tensor noisy, Tensor levels, Tensor? captions)
    {
        var shift = _time * ((levels.to(ScalarType.Float64).view(-1, 1, 1, 1) / 1000 * 4) - 1);
        var x = nn.functional.conv2d(noisy.to(ScalarType.Float64), _enter, padding: [1]) + shift;
        return nn.functional.conv2d(x.tanh(), _leave, padding: [1]);
    }
}
