using RobustVlm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Methods.LowRank;

/// <summary>One frozen backbone in memory that serves many tasks, each with its low-rank updates and its own head (MeLo: Zhu et al. 2023, arXiv:2311.08236).</summary>
/// <remarks>
/// In training mode only dropout of the updates is random; the backbone stays in evaluation mode. A head is a linear layer on the backbone's features, and its bias
/// is saved with it: the published code saves the weight alone.
/// </remarks>
/// <example>
/// <code>
/// using var melo = new LowRankClassifier(vit);
/// melo.Load("tuberculosis.safetensors");
/// melo.Load("blood-cells.safetensors");
/// melo.Switch("tuberculosis");
/// var logits = melo.call(images);
/// </code>
/// </example>
public sealed class LowRankClassifier : nn.Module<Tensor, Tensor>
{
    // Field names are the keys of a checkpoint file.
    private readonly nn.Module backbone;
    private readonly ModuleList<Linear> heads = new();
    private readonly Func<Tensor, Tensor> encode;
    private readonly bool own;

    /// <summary>Serves tasks with a vision transformer. A last layer it may have is not used.</summary>
    /// <param name="backbone">The transformer; it belongs to the caller.</param>
    /// <param name="options">Settings of the updates; null takes the defaults.</param>
    public LowRankClassifier(VisionTransformer backbone, LowRankOptions? options = null)
        : this(backbone ?? throw new ArgumentNullException(nameof(backbone)), backbone.Features, backbone.Options.Width, options)
    {
    }

    /// <summary>Serves tasks with any model that an adapter can be attached to.</summary>
    /// <param name="backbone">The model, e.g. the image half of a CLIP; it belongs to the caller.</param>
    /// <param name="encode">From inputs to features, float tensor [N, D], e.g. <c>bert.Embed(tokens)</c>.</param>
    /// <param name="width">Length D of the features.</param>
    /// <param name="options">Settings of the updates; null takes the defaults.</param>
    public LowRankClassifier(nn.Module backbone, Func<Tensor, Tensor> encode, int width, LowRankOptions? options = null)
        : this(backbone, encode, width, options, own: false)
    {
    }

    internal LowRankClassifier(nn.Module backbone, Func<Tensor, Tensor> encode, int width, LowRankOptions? options, bool own)
        : base(nameof(LowRankClassifier))
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(encode);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (this.backbone, this.encode, this.own, Width) = (backbone, encode, own, width);
        Adapter = new LowRankAdapter(backbone, options) { HasHeads = true };
        RegisterComponents();
    }

    /// <summary>The updates. Switch tasks here or there: both heads and updates follow.</summary>
    public LowRankAdapter Adapter { get; }

    /// <summary>Length D of the features.</summary>
    public int Width { get; }

    /// <summary>Names of the tasks.</summary>
    public IReadOnlyList<string> Tasks => Adapter.Tasks;

    /// <summary>The task that is answered now.</summary>
    public string? Active => Adapter.Active;

    /// <summary>Weights that a task of K classes trains and stores: those of the updates, D K + K of the head.</summary>
    /// <param name="classes">Number of classes K.</param>
    /// <returns>The count.</returns>
    public long ParametersOfTask(int classes) => Adapter.ParametersPerTask + ((Width + 1L) * classes);

    /// <summary>Adds a task with a random head; at first its updates change nothing. It becomes the active one and the only one that is trained.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="random">Source of head and updates, in this order.</param>
    public void AddTask(string name, int classes, Generator random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentNullException.ThrowIfNull(random);
        var head = TaskHead.Linear(Width, classes, random);
        AddTask(name, head, random);
    }

    /// <summary>Adds a task that starts from a given head, e.g. the one a backbone was trained with.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="weight">Float tensor [K, D], copied.</param>
    /// <param name="bias">Float tensor [K], copied.</param>
    /// <param name="random">Source of the updates.</param>
    public void AddTask(string name, Tensor weight, Tensor bias, Generator random)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(bias);
        AddTask(name, Copy(weight, bias), random);
    }

    /// <summary>Makes a task the active one, head included. Nothing is copied.</summary>
    /// <param name="name">One of <see cref="Tasks"/>.</param>
    public void Switch(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Adapter.Switch(name);
    }

    /// <summary>Lets one task's updates and head ask for gradients, and no other's.</summary>
    /// <param name="name">The task; null for none.</param>
    public void TrainOnly(string? name)
    {
        Adapter.TrainOnly(name);
        foreach (var (index, head) in heads.Index())
        {
            foreach (var weight in head.parameters())
            {
                weight.requires_grad = Tasks[index] == name;
            }
        }
    }

    /// <summary>Writes a task's updates and head into a safetensors file.</summary>
    /// <param name="name">The task.</param>
    /// <param name="path">The file; an existing one is replaced once the new one is complete.</param>
    public void Save(string name, string path)
    {
        var head = heads[Adapter.IndexOf(name)];
        LowRankTaskFile.Write(Adapter, name, path, (head.weight, head.bias));
    }

    /// <summary>Adds a task from a file that <see cref="Save"/> wrote for this backbone, and makes it the active one. It is not trained until <see cref="TrainOnly"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name here; null takes the one in the file.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or was made for another backbone or with other settings; the message says which.</exception>
    public string Load(string path, string? name = null)
    {
        using var file = LowRankTaskFile.Open(path);
        file.Check(Adapter);
        var (weight, bias) = file.Head(Width);
        using (weight)
        using (bias)
        {
            var added = Adapter.Add(file, name);
            AddHead(Copy(weight, bias));
            TrainOnly(null);
            return added;
        }
    }

    /// <summary>Settings with which a file's task was made, to attach an adapter that fits it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The settings, without dropout.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or holds no task.</exception>
    public static LowRankOptions OptionsOf(string path)
    {
        using var file = LowRankTaskFile.Open(path);
        return file.Options;
    }

    /// <summary>Answers with the active task.</summary>
    /// <param name="input">Float tensor [N, C, H, W], pixels in [0, 1], or whatever the backbone encodes, e.g. tokens [N, T].</param>
    /// <returns>Float tensor [N, K], logits.</returns>
    /// <exception cref="InvalidOperationException">No task is active.</exception>
    public override Tensor forward(Tensor input)
    {
        var task = Adapter.Active ?? throw new InvalidOperationException("No task is active, so there is no head; add or load a task first.");
        return heads[Adapter.IndexOf(task)].call(encode(input));
    }

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        base.train(train);
        backbone.eval();
        Adapter.SetTraining(train);
    }

    /// <inheritdoc/>
    public override string ToString() => Adapter.ToString();

    /// <summary>Takes the updates off; the backbone stays usable.</summary>
    /// <param name="disposing">Whether managed parts are freed.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Adapter.Dispose();
            if (!own)
            {
                register_module(nameof(backbone), null!);   // what is registered would be freed too
            }
        }

        base.Dispose(disposing);
    }

    private void AddTask(string name, Linear head, Generator random)
    {
        Adapter.AddMatrices(name, random);
        AddHead(head);
        TrainOnly(name);
    }

    private void AddHead(Linear head)
    {
        var like = backbone.parameters().First();
        heads.Add(head.to(like.dtype).to(like.device));
    }

    private Linear Copy(Tensor weight, Tensor bias)
    {
        if (weight.shape is not [var classes, var inputs] || inputs != Width || bias.shape is not [var values] || values != classes)
        {
            throw new ArgumentException($"A head has weight [K, {Width}] and bias [K], not [{string.Join(", ", weight.shape)}] and [{string.Join(", ", bias.shape)}].", nameof(weight));
        }

        using var noGradient = no_grad();
        var head = nn.Linear(Width, classes, dtype: weight.dtype);
        head.weight.copy_(weight);
        (head.bias ?? throw new InvalidOperationException("A linear layer is made with a bias.")).copy_(bias);
        return head;
    }
}
