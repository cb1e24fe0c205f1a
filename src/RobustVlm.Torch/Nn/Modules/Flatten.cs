using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Joins a range of dimensions into one.</summary>
public sealed class Flatten : nn.Module<Tensor, Tensor>
{
    internal Flatten(long start_dim, long end_dim)
        : base(nameof(Flatten))
    {
        (this.start_dim, this.end_dim) = (start_dim, end_dim);
    }

    /// <summary>First dimension that is joined.</summary>
    public long start_dim { get; set; }

    /// <summary>Last dimension that is joined.</summary>
    public long end_dim { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Aten.flatten_using_ints(input, start_dim, end_dim);
}
