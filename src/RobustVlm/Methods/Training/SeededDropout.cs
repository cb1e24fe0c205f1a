using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>A model with dropout, whose draws come from a generator that the training hands in.</summary>
internal interface IHasDropout
{
    /// <summary>Source of the draws; needed in training mode only.</summary>
    Generator? DropoutRandom { get; set; }
}

/// <summary>Dropout from a given generator (Srivastava et al. 2014), so that a seed fixes the whole training.</summary>
internal static class SeededDropout
{
    internal static Tensor Apply(Tensor input, double share, bool training, Generator? random)
    {
        if (!training || share == 0)
        {
            return input;
        }

        if (random is null)
        {
            throw new InvalidOperationException("Dropout needs a source of randomness; set the model's DropoutRandom before training.");
        }

        var kept = rand(input.shape, device: random.device, generator: random).ge(share).to(input.dtype).to(input.device);
        return input * kept / (1 - share);
    }
}
