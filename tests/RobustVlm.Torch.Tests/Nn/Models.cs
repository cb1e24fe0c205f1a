using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>Two layers, a table, a plain parameter and a buffer, in fields.</summary>
internal class SmallModel : nn.Module<Tensor, Tensor>
{
    private readonly Linear fc1 = nn.Linear(4, 3);
    private readonly BatchNorm2d norm = nn.BatchNorm2d(2);
    private readonly Parameter scale = new(ones(1));
    private readonly Tensor offset = zeros(3);
    private readonly ModuleList<Linear> blocks = nn.ModuleList(nn.Linear(3, 3), nn.Linear(3, 2, hasBias: false));

    public SmallModel()
        : base(nameof(SmallModel)) => RegisterComponents();

    public Linear First => fc1;

    public ModuleList<Linear> Blocks => blocks;

    public BatchNorm2d Norm => norm;

    public Tensor Offset => offset;

    public Parameter Scale => scale;

    public override Tensor forward(Tensor input) => blocks[1].call(blocks[0].call(fc1.call(input) * scale + offset));
}

/// <summary>Adds a component of its own to those of its base class.</summary>
internal sealed class DerivedModel : SmallModel
{
    [ComponentName(Name = "last")]
    private readonly Linear _head = nn.Linear(2, 1);

    public DerivedModel() => RegisterComponents();

    public override Tensor forward(Tensor input) => _head.call(base.forward(input));
}

/// <summary>The output layer uses the table of the input layer.</summary>
internal sealed class TiedModel : nn.Module<Tensor, Tensor>
{
    private readonly Embedding token_embedding = nn.Embedding(5, 3);
    private readonly Linear output;

    public TiedModel(bool sameObject)
        : base(nameof(TiedModel))
    {
        // A second wrapper of the same native tensor is the same parameter.
        output = nn.Linear(sameObject ? token_embedding.weight : new Parameter(token_embedding.weight.alias()));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => output.call(token_embedding.call(input));
}

/// <summary>Captures its layer as a constructor parameter.</summary>
internal sealed class CapturingModel : nn.Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> _activation = x => x.relu();

    public CapturingModel(Linear layer)
        : base(nameof(CapturingModel))
    {
        Layer = layer;
        RegisterComponents();
    }

    public Linear Layer { get; }

    public override Tensor forward(Tensor input) => _activation(Layer.call(input));
}
