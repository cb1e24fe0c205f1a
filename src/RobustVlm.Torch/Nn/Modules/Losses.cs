using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A loss of an input and a target.</summary>
public abstract class Loss<T1, T2, TResult> : nn.Module<T1, T2, TResult>
{
    private protected Loss(string name, nn.Reduction reduction)
        : base(name)
    {
        this.reduction = reduction;
    }

    /// <summary>Whether the elements' losses are averaged, summed or returned.</summary>
    public nn.Reduction reduction { get; }
}

/// <summary>A loss of two inputs and a target.</summary>
public abstract class Loss<T1, T2, T3, TResult> : nn.Module<T1, T2, T3, TResult>
{
    private protected Loss(string name, nn.Reduction reduction)
        : base(name)
    {
        this.reduction = reduction;
    }

    /// <summary>Whether the elements' losses are averaged, summed or returned.</summary>
    public nn.Reduction reduction { get; }
}

/// <summary>A loss with a weight per class or element, which moves and is saved with the module.</summary>
public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
{
    private protected WeightedLoss(string name, Tensor? weight, nn.Reduction reduction)
        : base(name, reduction)
    {
        this.weight = weight;
        ConditionallyRegisterBuffer(nameof(weight), weight);
    }

    /// <summary>Float tensor [K], or null.</summary>
    public Tensor? weight { get; }
}
