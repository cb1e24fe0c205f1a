using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains.</summary>
public class Parameter : Tensor
{
    /// <summary>Makes a parameter that takes over the native tensor; the object passed in is empty afterwards.</summary>
    /// <param name="data">Floating tensor of any shape. One with a gradient history is cut off from it.</param>
    /// <param name="requires_grad">Whether it is trained.</param>
    public Parameter(Tensor data, bool requires_grad = true)
        : base(TakeLeaf(data))
    {
        this.requires_grad = requires_grad;
    }

    private static nint TakeLeaf(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!torch.is_floating_point(data.dtype) && !torch.is_complex(data.dtype))
        {
            throw new ArgumentException($"A parameter needs floating-point elements, not {data.dtype}.", nameof(data));
        }

        if (data.is_leaf)
        {
            return data.TakeHandle();
        }

        var leaf = data.detach();
        data.Dispose();
        return leaf.TakeHandle();
    }
}
