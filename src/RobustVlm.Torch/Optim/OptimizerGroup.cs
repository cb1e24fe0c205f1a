namespace TorchSharp.Modules;

/// <summary>A group's settings and the state of its parameters.</summary>
internal sealed class OptimizerGroup : IDisposable
{
    private readonly OptimizerBatch _everything;
    private readonly ScalarCells _cells = new();

    public OptimizerGroup(ParamGroup settings, IEnumerable<OptimizerState> states)
    {
        Settings = settings;
        States = [.. states];
        _everything = new OptimizerBatch(States, _cells);
    }

    public ParamGroup Settings { get; }

    public OptimizerState[] States { get; }

    /// <summary>
    /// The parameters that have a gradient, split by their phase (the number of steps they have had, which bias
    /// corrections need). Nearly always that is one batch of all, which is kept so that a step allocates little.
    /// </summary>
    public IReadOnlyList<OptimizerBatch> Batches()
    {
        var gradients = States.Select(state => state.Parameter.grad).ToArray();
        if (Array.TrueForAll(gradients, gradient => gradient is not null) && Array.TrueForAll(States, state => state.Phase == States[0].Phase))
        {
            _everything.Gradients = gradients!; // none is null here
            return [_everything];
        }

        return [.. States.Zip(gradients)
            .Where(pair => pair.Second is not null)
            .GroupBy(pair => pair.First.Phase)
            .Select(pairs => new OptimizerBatch([.. pairs.Select(pair => pair.First)], _cells)
            {
                Gradients = [.. pairs.Select(pair => pair.Second!)], // filtered above
            })];
    }

    public void Dispose()
    {
        Array.ForEach(States, state => state.Dispose());
        _cells.Dispose();
    }
}
