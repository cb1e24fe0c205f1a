using static TorchSharp.torch;

namespace RobustVlm.Methods.ZeroShot;

/// <summary>A part of a loss.</summary>
/// <param name="Name">Its name in the curves, e.g. <c>CE</c>.</param>
/// <param name="Value">Float tensor [] with a gradient, without its weight.</param>
/// <param name="Weight">Its factor in the sum.</param>
public sealed record LossTerm(string Name, Tensor Value, double Weight = 1);
