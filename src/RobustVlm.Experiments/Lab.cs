using System.Globalization;
using RobustVlm.Engine;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using TorchSharp;

namespace RobustVlm.Experiments;

/// <summary>What every notebook starts with: where the project is, how much to do, which seed, which device.</summary>
/// <remarks>Set from outside: <c>ROBUSTVLM_SCALE</c> (smoke, demo, paper) and <c>ROBUSTVLM_SEED</c>.</remarks>
public sealed class Lab
{
    /// <summary>The environment variable that carries the seed into a notebook.</summary>
    public const string SeedVariable = "ROBUSTVLM_SEED";

    /// <summary>The environment variable that asks for results to be written to the tracked folder <c>data/results</c>.</summary>
    public const string PublishVariable = "ROBUSTVLM_PUBLISH";

    private const string Marker = "RobustVlm.Notebooks.sln";
    private const ulong DefaultSeed = 7;

    private Lab(string root, Scale scale, ulong seed, torch.Device device)
    {
        Root = root;
        Scale = scale;
        Seed = seed;
        Device = device;
        Store = new ResultStore(Path.Combine(root, "data"));
        Commit = GitCommit.Of(root);
        IsPublishing = Environment.GetEnvironmentVariable(PublishVariable) == "1";
    }

    private Lab(Lab lab, ulong seed)
    {
        (Root, Scale, Seed, Device, Store, Commit, IsPublishing) = (lab.Root, lab.Scale, seed, lab.Device, lab.Store, lab.Commit, lab.IsPublishing);
    }

    /// <summary>Folder of the repository.</summary>
    public string Root { get; }

    /// <summary>How much to do.</summary>
    public Scale Scale { get; }

    /// <summary>Seed of every random stream.</summary>
    public ulong Seed { get; }

    /// <summary>Where tensors live: the first GPU where libtorch has one, else the CPU.</summary>
    public torch.Device Device { get; }

    /// <summary>Finished runs.</summary>
    public ResultStore Store { get; }

    /// <summary>Git commit of the code, ending in <c>+dirty</c> when it was changed.</summary>
    public string Commit { get; }

    /// <summary>Whether results go to the tracked folder <c>data/results</c>; only a clean checkout at Demo or Paper scale may do so.</summary>
    public bool IsPublishing { get; }

    /// <summary>The device in words, e.g. <c>cpu (2 cores)</c>.</summary>
    public string DeviceName => Device.type == DeviceType.CPU
        ? string.Create(CultureInfo.InvariantCulture, $"cpu ({Environment.ProcessorCount} cores)")
        : Device.ToString();

    /// <summary>Opens the lab of the repository that contains the working directory (or this assembly).</summary>
    /// <param name="scale">How much to do; null reads the environment, Demo without it.</param>
    /// <param name="seed">The seed; null reads the environment, 7 without it.</param>
    /// <exception cref="DirectoryNotFoundException">Neither folder lies in a checkout of the repository.</exception>
    /// <exception cref="FormatException">An environment variable holds something unusable.</exception>
    public static Lab Open(Scale? scale = null, ulong? seed = null) =>
        new(FindRoot(), scale ?? Scales.FromEnvironment(), seed ?? SeedFromEnvironment(), BestDevice());

    /// <summary>A lab that keeps its data under another folder; for tests.</summary>
    internal static Lab At(string root, Scale scale, ulong seed) => new(root, scale, seed, BestDevice());

    /// <summary>The same lab with another seed; the commit is not looked up again, since the code that runs stays the one that was started.</summary>
    internal Lab WithSeed(ulong seed) => new(this, seed);

    /// <summary>A new stream of random numbers; different names give independent streams.</summary>
    /// <param name="name">What the stream is for, e.g. <c>training</c>.</param>
    public torch.Generator Random(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var bytes = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Seed}/{name}")));
        return new torch.Generator(BitConverter.ToUInt64(bytes) >> 1, Device);   // libtorch's generators take 63 bits
    }

    /// <summary>A progress display for a long step.</summary>
    /// <param name="title">What is being done, e.g. <c>Training</c>.</param>
    public static ProgressDisplay Progress(string title) => new(title);

    /// <summary>What to store with a run's numbers.</summary>
    /// <param name="started">Start of the run.</param>
    /// <param name="precision">Number format of the heavy arithmetic.</param>
    public RunEnvironment Describe(DateTimeOffset started, string precision = "float32") =>
        new(Commit, Scale, Seed, DeviceName, LibTorchVersion, started, TimeProvider.System.GetUtcNow() - started) { Precision = precision };

    /// <summary>A folder under <c>data/runs</c>, made when missing.</summary>
    /// <param name="experiment">Experiment id.</param>
    public string WorkFolder(string experiment) => Directory.CreateDirectory(Path.Combine(Root, "data", "runs", experiment)).FullName;

    /// <summary>Saves a chart for the README beside the published results; does nothing while not publishing.</summary>
    internal void PublishPicture(string experiment, string name, Chart chart)
    {
        if (IsPublishing)
        {
            chart.Save(Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "data", "results", experiment)).FullName, name));
        }
    }

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    /// <summary>The header every number depends on.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"RobustVlm {Commit} · {Scale} scale · seed {Seed} · {DeviceName} · libtorch {LibTorchVersion} · .NET {Environment.Version}");

    private static string LibTorchVersion => Diagnostics.Collect().LibTorch;

    private static torch.Device BestDevice() => torch.cuda.is_available() ? torch.CUDA : torch.CPU;

    private static string FindRoot()
    {
        foreach (var start in new[] { Environment.CurrentDirectory, Path.GetDirectoryName(typeof(Lab).Assembly.Location) ?? "" })
        {
            for (var folder = start.Length > 0 ? new DirectoryInfo(start) : null; folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, Marker)))
                {
                    return folder.FullName;
                }
            }
        }

        throw new DirectoryNotFoundException($"No folder above {Environment.CurrentDirectory} holds {Marker}; start the notebook inside a checkout of RobustVlm.");
    }

    private static ulong SeedFromEnvironment()
    {
        var text = Environment.GetEnvironmentVariable(SeedVariable);
        return string.IsNullOrWhiteSpace(text) ? DefaultSeed
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
            : throw new FormatException($"{SeedVariable} is '{text}'; it must be a whole number of at least 0.");
    }
}
