using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A function of each element that may overwrite its input.</summary>
public abstract class InplaceActivation : ParameterLessModule<Tensor, Tensor>
{
    private protected InplaceActivation(string name, bool inplace)
        : base(name)
    {
        this.inplace = inplace;
    }

    /// <summary>Whether the input itself is changed.</summary>
    public bool inplace { get; set; }
}
