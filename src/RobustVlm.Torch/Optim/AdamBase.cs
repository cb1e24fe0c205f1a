using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The part of the step that <see cref="Adam"/> and <see cref="AdamW"/> share.</summary>
/// <typeparam name="TOptions">The optimizer's options.</typeparam>
public abstract class AdamBase<TOptions> : OptimizerHelper<TOptions>, optim.IBetas
    where TOptions : AdamOptions, new()
{
    private protected AdamBase(IEnumerable<ParamGroup<TOptions>> parameters, TOptions defaults)
        : base(parameters, defaults)
    {
    }

    /// <inheritdoc/>
    public (double, double) Betas
    {
        get => Defaults.Betas;
        set => Defaults.Betas = value;
    }

    private protected static TOptions With(
        double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize) => new()
        {
            LearningRate = lr,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            weight_decay = weight_decay,
            amsgrad = amsgrad,
            maximize = maximize,
        };

    /// <summary>The step after weight decay.</summary>
    private protected static void Take(OptimizerBatch batch, Tensor[] gradients, TOptions options, double learningRate)
    {
        var (beta1, beta2) = options.Betas;
        var step = batch.Phase + 1;
        var (means, squares) = (batch.Slot(0), batch.Slot(1));

        batch.Multiply(means, beta1, cell: 0);
        Aten._foreach_add__List(means, gradients, 1 - beta1);
        batch.Multiply(squares, beta2, cell: 1);
        Aten._foreach_addcmul__Scalar(squares, gradients, gradients, 1 - beta2);
        if (options.amsgrad == true)
        {
            var largest = batch.Slot(2);
            Aten._foreach_maximum__List(largest, squares);
            squares = largest;
        }

        var denominators = Aten._foreach_sqrt(squares);
        batch.Divide(denominators, Math.Sqrt(1 - Math.Pow(beta2, step)), cell: 2);
        batch.Add(denominators, options.eps ?? 0, cell: 3);
        Aten._foreach_addcdiv__Scalar(batch.Parameters, means, denominators, -learningRate / (1 - Math.Pow(beta1, step)));
    }
}
