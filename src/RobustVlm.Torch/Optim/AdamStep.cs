namespace TorchSharp.Modules;

/// <summary>The step that <see cref="Adam"/> and <see cref="AdamW"/> share, after weight decay.</summary>
internal static class AdamStep
{
    public static void Take(OptimizerBatch batch, torch.Tensor[] gradients, AdamOptions options, double learningRate)
    {
        var (beta1, beta2) = (options.beta1 ?? 0, options.beta2 ?? 0);
        var step = batch.Steps + 1;
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
