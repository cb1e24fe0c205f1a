using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Parameters that take the same step, as lists for libtorch's operators on lists.</summary>
internal sealed class OptimizerBatch
{
    private readonly OptimizerState[] _states;
    private readonly ScalarCells _cells;
    private Tensor[] _gradients = [];
    private ScalarType? _cellType;

    public OptimizerBatch(OptimizerState[] states, ScalarCells cells)
    {
        _states = states;
        _cells = cells;
        Parameters = [.. states.Select(state => (Tensor)state.Parameter)];
    }

    public Tensor[] Parameters { get; }

    /// <summary>Gradients of this step; to be set before each.</summary>
    public Tensor[] Gradients
    {
        get => _gradients;
        set
        {
            _gradients = value;
            _cellType = CellType(Parameters);
        }
    }

    /// <summary>What the states have in common, such as the steps taken before this one.</summary>
    public long Phase => _states[0].Phase;

    public Tensor[] Slot(int index) => Array.ConvertAll(_states, state => state.Slot(index));

    public void CountStep() => Array.ForEach(_states, state => state.CountStep());

    /// <summary>Gradients turned round for climbing, with the gradient of an L2 penalty added.</summary>
    public Tensor[] GradientsWith(double weightDecay, bool maximize)
    {
        var gradients = maximize ? Aten._foreach_neg(Gradients) : Gradients;
        return weightDecay == 0 ? gradients : Aten._foreach_add_List(gradients, Parameters, weightDecay);
    }

    public void Multiply(Tensor[] tensors, double factor, int cell = 0)
    {
        if (_cellType is { } type)
        {
            Aten._foreach_mul__List(tensors, _cells.Get(cell, factor, type, tensors.Length));
        }
        else
        {
            Aten._foreach_mul__Scalar(tensors, factor);
        }
    }

    public void Divide(Tensor[] tensors, double divisor, int cell = 0)
    {
        if (_cellType is { } type)
        {
            Aten._foreach_div__List(tensors, _cells.Get(cell, divisor, type, tensors.Length));
        }
        else
        {
            Aten._foreach_div__Scalar(tensors, divisor);
        }
    }

    public void Add(Tensor[] tensors, double summand, int cell = 0)
    {
        if (_cellType is { } type)
        {
            Aten._foreach_add__List(tensors, _cells.Get(cell, summand, type, tensors.Length), 1);
        }
        else
        {
            Aten._foreach_add__Scalar(tensors, summand);
        }
    }

    // A GPU runs lists times a number in one kernel, and a 16-bit cell would round the number: there plain numbers are better.
    private static ScalarType? CellType(Tensor[] parameters)
    {
        var type = parameters[0].dtype;
        return type is ScalarType.Float32 or ScalarType.Float64
            && Array.TrueForAll(parameters, parameter => parameter.dtype == type && parameter.device_type == DeviceType.CPU)
            ? type
            : null;
    }
}
