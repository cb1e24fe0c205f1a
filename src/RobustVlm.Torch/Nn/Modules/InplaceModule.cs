using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A function that may overwrite its input.</summary>
public abstract class InplaceModule : ParameterLessModule<Tensor, Tensor>
{
    private protected InplaceModule(string name, bool inplace)
        : base(name)
    {
        this.inplace = inplace;
    }

    /// <summary>Whether the input itself is changed.</summary>
    public bool inplace { get; set; }
}
