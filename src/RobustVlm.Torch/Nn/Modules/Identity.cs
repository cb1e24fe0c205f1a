using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gives its input back, as an object of its own that may be disposed.</summary>
public sealed class Identity : nn.Module<Tensor, Tensor>
{
    internal Identity()
        : base(nameof(Identity))
    {
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => input.alias();
}
