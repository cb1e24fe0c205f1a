using RobustVlm.Engine;
using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Training;

/// <summary>Applies a function to many rows, some at a time, without gradients.</summary>
internal static class Batched
{
    private const int UsualBatch = 256;

    /// <summary>What a model answers in evaluation mode; it goes back to the mode it was in.</summary>
    internal static Tensor Answers(nn.Module<Tensor, Tensor> model, Tensor input)
    {
        using var evaluation = new EvaluationMode(model);
        return Apply(model.call, input, UsualBatch);
    }

    /// <summary>The function's results, one below another.</summary>
    internal static Tensor Apply(Func<Tensor, Tensor> function, Tensor input, int batchSize = UsualBatch)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0L; start < input.shape[0]; start += batchSize)
        {
            Interruption.ThrowIfRequested();
            using var batch = NewDisposeScope();
            parts.Add(function(input.narrow(0, start, Math.Min(batchSize, input.shape[0] - start))).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }
}
