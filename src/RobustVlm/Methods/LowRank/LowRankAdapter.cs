using RobustVlm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.LowRank;

/// <summary>
/// Low-rank updates of a frozen model's linear layers (Hu et al. 2021, arXiv:2106.09685): many tasks in memory, one of them active. It serves
/// <see cref="VisionTransformer"/>, both halves of <see cref="Clip"/> (also <see cref="ClipVisionTransformer"/> and <see cref="TextEncoder"/> alone) and <see cref="Bert"/>.
/// </summary>
/// <remarks>All weights of the model stop asking for gradients while the adapter is attached. With heads, use <see cref="LowRankClassifier"/>.</remarks>
/// <example>
/// <code>
/// using var adapter = new LowRankAdapter(clip, new LowRankOptions { Under = "visual.", Rank = 8, Alpha = 8 });
/// adapter.AddTask("pneumonia", random);      // active, and trained from now on
/// adapter.Merge();                           // no extra time per image
/// </code>
/// </example>
public sealed class LowRankAdapter : IDisposable
{
    private readonly nn.Module _model;
    private readonly LowRankSwitch _switch;
    private readonly LowRankSite[] _sites;
    private readonly HashSet<string> _names;
    private readonly Parameter[] _trained;
    private readonly List<string> _tasks = [];
    private bool _detached;

    /// <summary>Attaches updates to a model, without a task yet: it computes what it did before.</summary>
    /// <param name="model">The model; it belongs to the caller.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or the model has no such layers.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter already.</exception>
    public LowRankAdapter(nn.Module model, LowRankOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Options = options ?? new LowRankOptions();
        Options.Check();
        if (model.named_modules().Any(entry => entry.module is LowRankUpdate))
        {
            throw new InvalidOperationException($"{model.GetName()} has low-rank updates already; add a task to that adapter, or dispose it first.");
        }

        _model = model;
        _switch = new LowRankSwitch(Options);
        _sites = LowRankSite.Find(model, _switch);
        _names = [.. model.state_dict().Keys.Where(name => model is not VisionTransformer || !name.StartsWith("head.", StringComparison.Ordinal))];
        _trained = [.. model.parameters().Where(weight => weight.requires_grad)];
        foreach (var weight in _trained)
        {
            weight.requires_grad = false;
        }

        foreach (var site in _sites)
        {
            site.Attach();
        }
    }

    /// <summary>Settings of all tasks.</summary>
    public LowRankOptions Options { get; }

    /// <summary>Names of the tasks, in the order in which they came.</summary>
    public IReadOnlyList<string> Tasks => _tasks;

    /// <summary>The task whose updates are used; null when the model computes what it did before.</summary>
    public string? Active => _switch.Active < 0 ? null : _tasks[_switch.Active];

    /// <summary>Whether the active task's update is in the weights.</summary>
    public bool IsMerged => _switch.Merged;

    /// <summary>Weights of one task's updates: r times (inputs + outputs) for each adapted layer.</summary>
    public long ParametersPerTask => _sites.Sum(site => site.Update.MatrixCount * Options.Rank);

    /// <summary>Source of dropout's randomness in training; not needed without dropout.</summary>
    public Generator? DropoutRandom
    {
        get => _switch.Random;
        set => _switch.Random = value;
    }

    /// <summary>Adds a task that changes nothing yet (A random, B zero), makes it the active one and the only one that is trained.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="random">Source of A.</param>
    /// <exception cref="ArgumentException">There is such a task already.</exception>
    /// <exception cref="InvalidOperationException">A task is merged, or tasks have heads and are added to a <see cref="LowRankClassifier"/>.</exception>
    public void AddTask(string name, Generator random)
    {
        RefuseWithoutHead();
        AddMatrices(name, random);
    }

    /// <summary>Makes a task the active one. Nothing is copied: an index changes.</summary>
    /// <param name="name">One of <see cref="Tasks"/>; null for the model as it was.</param>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    /// <exception cref="InvalidOperationException">A task is merged.</exception>
    public void Switch(string? name)
    {
        RefuseMerged();
        _switch.Active = name is null ? -1 : IndexOf(name);
    }

    /// <summary>The matrices of a task, e.g. for an optimiser.</summary>
    /// <param name="name">The task.</param>
    /// <returns>Name, e.g. <c>blocks.0.attn.qkv.q.lora_a</c>, and float parameter [r, in] or [out, r].</returns>
    public IReadOnlyList<(string Name, Parameter Matrix)> Matrices(string name)
    {
        var task = IndexOf(name);
        return [.. _sites.SelectMany(site => site.Update.Matrices(task).Select(entry => ($"{site.Path}.{entry.Name}", entry.Matrix)))];
    }

    /// <summary>Lets one task's matrices ask for gradients, and no other's.</summary>
    /// <param name="name">The task; null for none.</param>
    public void TrainOnly(string? name)
    {
        foreach (var task in _tasks)
        {
            foreach (var (_, matrix) in Matrices(task))
            {
                matrix.requires_grad = task == name;
            }
        }
    }

    /// <summary>Adds the active task's update to the weights, so that it costs no time; the weights as they were are kept.</summary>
    /// <exception cref="InvalidOperationException">No task is active, or one is merged already.</exception>
    public void Merge()
    {
        RefuseMerged();
        if (_switch.Active < 0)
        {
            throw new InvalidOperationException("No task is active, so there is nothing to merge; switch to one first.");
        }

        using var noGradient = no_grad();
        foreach (var site in _sites)
        {
            site.Merge(_switch.Active);
        }

        _switch.Merged = true;
    }

    /// <summary>Puts the weights back as they were before <see cref="Merge"/>, to the last bit. Does nothing when nothing is merged.</summary>
    public void Unmerge()
    {
        using var noGradient = no_grad();
        foreach (var site in _sites)
        {
            site.Unmerge();
        }

        _switch.Merged = false;
    }

    /// <summary>The checksum of the frozen model without updates and without its last layer, the same before, while and after a task is merged.</summary>
    /// <returns>SHA-256 in 64 hexadecimal digits.</returns>
    public string BackboneChecksum() => WeightChecksum.Of(_model.state_dict()
        .Where(entry => _names.Contains(entry.Key))
        .Select(entry => (entry.Key, _sites.FirstOrDefault(site => ReferenceEquals(site.Weight, entry.Value))?.Original ?? entry.Value)));

    /// <summary>Writes one task's matrices into a safetensors file.</summary>
    /// <param name="name">The task.</param>
    /// <param name="path">The file; an existing one is replaced once the new one is complete.</param>
    public void Save(string name, string path) => LowRankTaskFile.Write(this, name, path, null);

    /// <summary>Adds a task from a file that <see cref="Save"/> wrote for this model, and makes it the active one. It is not trained until <see cref="TrainOnly"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name here; null takes the one in the file.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or was made for another model or with other settings; the message says which.</exception>
    public string Load(string path, string? name = null)
    {
        RefuseWithoutHead();
        using var file = LowRankTaskFile.Open(path);
        file.Check(this);
        return Add(file, name);
    }

    /// <summary>Takes all updates off; the model is what it was before, also in what asks for gradients.</summary>
    public void Dispose()
    {
        if (_detached)
        {
            return;
        }

        Unmerge();
        foreach (var site in _sites)
        {
            site.Detach();
            site.Dispose();
        }

        foreach (var weight in _trained)
        {
            weight.requires_grad = true;
        }

        _detached = true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Options.Targets} of {_sites.Length} layers, rank {Options.Rank}, alpha {Options.Alpha}: {ParametersPerTask:N0} weights per task; {_tasks.Count} tasks, active: {Active ?? "none"}{(IsMerged ? " (merged)" : "")}");

    internal void AddMatrices(string name, Generator random)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(random);
        RefuseMerged();
        if (_tasks.Contains(name))
        {
            throw new ArgumentException($"There is a task '{name}' already; choose another name.", nameof(name));
        }

        using var noGradient = no_grad();
        foreach (var site in _sites)
        {
            site.Update.Add(site.Weight, random);
        }

        _tasks.Add(name);
        _switch.Active = _tasks.Count - 1;
        TrainOnly(name);
    }

    internal string Add(LowRankTaskFile file, string? name)
    {
        using var random = new Generator(0);   // every number is replaced
        var task = name ?? file.Task;
        AddMatrices(task, random);
        TrainOnly(null);
        using var noGradient = no_grad();
        foreach (var (matrix, into) in Matrices(task))
        {
            using var stored = file.Load(matrix);
            into.copy_(stored);
        }

        return task;
    }

    /// <summary>Whether every task has a head, so that tasks are added where the heads are.</summary>
    internal bool HasHeads { get; init; }

    /// <summary>Names and shapes that a task's file has.</summary>
    internal IEnumerable<(string Name, long[] Shape)> Expected() => _sites.SelectMany(
        site => site.Update.Shapes().Select(entry => ($"{site.Path}.{entry.Name}", entry.Shape)));

    /// <summary>Puts the updates, and nothing else, in or out of training mode.</summary>
    internal void SetTraining(bool training)
    {
        foreach (var site in _sites)
        {
            site.Update.train(training);
        }
    }

    internal int IndexOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var index = _tasks.IndexOf(name);
        return index >= 0 ? index : throw new ArgumentException(
            _tasks.Count == 0 ? $"There is no task '{name}'; add or load one first." : $"There is no task '{name}', only {string.Join(", ", _tasks)}.", nameof(name));
    }

    private void RefuseWithoutHead()
    {
        if (HasHeads)
        {
            throw new InvalidOperationException("Tasks of this adapter have heads; add or load them with the LowRankClassifier that it belongs to.");
        }
    }

    private void RefuseMerged()
    {
        ObjectDisposedException.ThrowIf(_detached, this);
        if (_switch.Merged)
        {
            throw new InvalidOperationException($"Task '{Active}' is merged into the weights; call Unmerge first.");
        }
    }
}
