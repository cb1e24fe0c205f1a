using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>Modules that are trained together. They stay those of their owner: it is never disposed itself.</summary>
internal sealed class RanTrained : nn.Module
{
    private readonly nn.Module body;
    private readonly RanHead head;

    internal RanTrained(nn.Module body, RanHead head)
        : base(nameof(RanTrained))
    {
        (this.body, this.head) = (body, head);
        RegisterComponents();
    }
}
