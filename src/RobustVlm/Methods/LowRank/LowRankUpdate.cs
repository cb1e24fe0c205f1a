using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.LowRank;

/// <summary>What all updates of one model share; changing <see cref="Active"/> switches the whole model.</summary>
internal sealed class LowRankSwitch(LowRankOptions options)
{
    internal LowRankOptions Options => options;

    /// <summary>The task whose matrices are used; -1 leaves the model as it was.</summary>
    internal int Active { get; set; } = -1;

    /// <summary>Whether the update is in the weights already.</summary>
    internal bool Merged { get; set; }

    /// <summary>Source of dropout.</summary>
    internal Generator? Random { get; set; }
}

/// <summary>The low-rank layer (Hu et al. 2021, arXiv:2106.09685, eq. 3): adds s B A x to what a frozen layer makes of x, with the matrices of the active task.</summary>
internal sealed class LowRankUpdate : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<LowRankMatrices> tasks = new();
    private readonly LowRankSwitch state;
    private readonly LowRankTargets[] segments;
    private readonly LowRankTargets[] parts;
    private readonly long inputs;
    private readonly long outputs;

    /// <summary>Makes an update of a layer whose outputs are the segments one after another; those among the targets change.</summary>
    internal LowRankUpdate(LowRankSwitch state, LowRankTargets[] segments, long inputs, long outputs)
        : base(nameof(LowRankUpdate))
    {
        this.state = state;
        this.segments = segments;
        (this.inputs, this.outputs) = (inputs, outputs / segments.Length);
        parts = [.. segments.Where(segment => state.Options.Targets.HasFlag(segment))];
        RegisterComponents();
    }

    /// <summary>Adds the update.</summary>
    /// <param name="input1">Float tensor [..., in], what went into the layer.</param>
    /// <param name="input2">Float tensor [..., out], what came out.</param>
    /// <returns>Float tensor [..., out].</returns>
    public override Tensor forward(Tensor input1, Tensor input2)
    {
        if (state.Active < 0 || state.Merged)
        {
            return input2;
        }

        var task = tasks[state.Active];
        return input2 + nn.functional.linear(nn.functional.linear(Dropped(input1), task.Down()), Up(task));
    }

    internal void Add(Tensor like, Generator random) => tasks.Add(new LowRankMatrices(parts, inputs, outputs, state.Options.Rank, like, random));

    /// <summary>Name to matrix of one task: <c>q.lora_a</c> [r, in] and <c>q.lora_b</c> [out, r].</summary>
    internal IEnumerable<(string Name, Parameter Matrix)> Matrices(int task) => tasks[task].Named();

    /// <summary>Names and shapes of a task's matrices.</summary>
    internal IEnumerable<(string Name, long[] Shape)> Shapes() => parts.SelectMany(part => new[]
    {
        ($"{LowRankMatrices.Letter(part)}.lora_a", new[] { state.Options.Rank, inputs }),
        ($"{LowRankMatrices.Letter(part)}.lora_b", new[] { outputs, state.Options.Rank }),
    });

    /// <summary>Weights of a task here, for rank one.</summary>
    internal long MatrixCount => parts.Length * (inputs + outputs);

    /// <summary>Float tensor [out, in]: s B A.</summary>
    internal Tensor Product(int task) => Up(tasks[task]).matmul(tasks[task].Down());

    // B of every part in its own rows and columns, times alpha / r; rows of other segments are zero.
    private Tensor Up(LowRankMatrices task)
    {
        var rank = state.Options.Rank;
        var rows = segments.Select(segment => Array.IndexOf(parts, segment) is >= 0 and var part
            ? nn.functional.pad(task.Up(part), [(long)rank * part, (long)rank * (parts.Length - 1 - part)])
            : zeros([outputs, (long)rank * parts.Length], dtype: task.Up(0).dtype, device: task.Up(0).device));
        return (segments.Length == 1 ? task.Up(0) : cat([.. rows], 0)) * state.Options.Scale;
    }

    private Tensor Dropped(Tensor input) => SeededDropout.Apply(input, state.Options.Dropout, training, state.Random);
}

/// <summary>The matrices A and B of one task for the parts of one layer.</summary>
internal sealed class LowRankMatrices : nn.Module
{
    private readonly string[] names;
    private readonly Parameter[] down;   // A, [r, in] each
    private readonly Parameter[] up;     // B, [out, r] each

    internal LowRankMatrices(LowRankTargets[] parts, long inputs, long outputs, int rank, Tensor like, Generator random)
        : base(nameof(LowRankMatrices))
    {
        names = [.. parts.Select(Letter)];
        down = [.. parts.Select(_ => new Parameter(empty([rank, inputs], dtype: like.dtype, device: like.device)))];
        up = [.. parts.Select(_ => new Parameter(zeros([outputs, rank], dtype: like.dtype, device: like.device)))];
        for (var part = 0; part < parts.Length; part++)
        {
            InitialWeights.Uniform(down[part], null, inputs, random);   // Kaiming's rule with a = sqrt(5), as PyTorch's own layers
            register_parameter($"{names[part]}_a", down[part]);
            register_parameter($"{names[part]}_b", up[part]);
        }
    }

    /// <summary>Float tensor [parts r, in]: A of all parts, one below another.</summary>
    internal Tensor Down() => down.Length == 1 ? down[0] : cat([.. down], 0);

    internal Parameter Up(int part) => up[part];

    internal IEnumerable<(string Name, Parameter Matrix)> Named() =>
        names.SelectMany((name, part) => new[] { ($"{name}.lora_a", down[part]), ($"{name}.lora_b", up[part]) });

    internal static string Letter(LowRankTargets target) => target switch
    {
        LowRankTargets.Query => "q",
        LowRankTargets.Key => "k",
        LowRankTargets.Value => "v",
        LowRankTargets.Output => "o",
        LowRankTargets.Fc1 => "fc1",
        _ => "fc2",
    };
}

/// <summary>A linear layer with an update. Weight and bias keep the names they had, so checkpoints of the model still fit.</summary>
internal sealed class LowRankLinear : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly LowRankUpdate update;

    internal LowRankLinear(Linear layer, LowRankUpdate update)
        : base(nameof(LowRankLinear))
    {
        (weight, bias) = (layer.weight, layer.bias);
        this.update = update;
        RegisterComponents();
    }

    /// <summary>Applies layer and update.</summary>
    /// <param name="input">Float tensor [..., in].</param>
    /// <returns>Float tensor [..., out].</returns>
    public override Tensor forward(Tensor input) => update.call(input, nn.functional.linear(input, weight, bias));
}
