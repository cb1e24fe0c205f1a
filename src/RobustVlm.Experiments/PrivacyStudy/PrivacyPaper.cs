using System.Globalization;
using System.Security.Cryptography;
using RobustVlm.Data;
using RobustVlm.Data.Sets;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>
/// The experiment at published size: the reader's images, of which one half was or will be trained on; a network of CIFAR's size that is trained here, or the reader's own model.
/// For a latent text-to-image model, give a <see cref="DiffusionModel"/> around one's own <see cref="INoisePredictor"/> and <see cref="IImageCodec"/> to <see cref="Attack"/>.
/// </summary>
public sealed class PrivacyPaper
{
    /// <summary>The environment variable that names a folder with the two folders <c>members</c> and <c>others</c>.</summary>
    public const string Variable = "ROBUSTVLM_MEMBERSHIP";

    /// <summary>The environment variable that names a trained network, a safetensors file of a <see cref="DenoisingUNet"/>; without it, one is trained on the members.</summary>
    public const string ModelVariable = "ROBUSTVLM_DIFFUSION";

    private const int MadePictures = 12;
    private const int Fewest = 5;

    private readonly Lab _lab;
    private readonly string? _folder;
    private readonly string? _weights;

    internal PrivacyPaper(Lab lab, string? folder = null, string? weights = null) =>
        (_lab, _folder, _weights) = (lab, folder ?? Environment.GetEnvironmentVariable(Variable), weights ?? Environment.GetEnvironmentVariable(ModelVariable));

    /// <summary>What is missing on this machine, in one sentence; empty when it can start.</summary>
    public string Missing
    {
        get
        {
            var lacking = new[] { PrivacyLive.Members, PrivacyLive.Others }.Where(name => string.IsNullOrWhiteSpace(_folder) || !Directory.Exists(Path.Combine(_folder, name))).ToArray();
            return lacking.Length > 0 ? $"The published size needs your images: name a folder in {Variable} that has the folders {PrivacyLive.Members} and {PrivacyLive.Others}."
                : new[] { PrivacyLive.Members, PrivacyLive.Others }.FirstOrDefault(name => Directory.EnumerateFiles(Path.Combine(_folder!, name)).Take(Fewest).Count() < Fewest) is { } few
                    ? $"The folder {Path.Combine(_folder!, few)} holds fewer than {Fewest} images; the trained attacks need {Fewest} of each kind, and hundreds to say anything."
                : !string.IsNullOrWhiteSpace(_weights) && !File.Exists(_weights) ? $"The network {_weights} does not exist; correct {ModelVariable}, or leave it empty to train one."
                : "";
        }
    }

    /// <summary>Trains the network, unless one is named, and attacks it. Started again after an interruption, the training goes on where it stopped.</summary>
    /// <returns>AUC with interval and members found at few false alarms for every attack, and what pictures alone tell.</returns>
    /// <exception cref="InvalidOperationException">Something is missing; the message says what.</exception>
    public ResultTable Run() => Run(PrivacyPreset.Cifar, _lab.WorkFolder(PrivacySweep.Id));

    /// <summary>Attacks a model of the reader's, as the paper attacked Stable Diffusion: pure noise and image-to-image, previews and step sweep, guidance 1 and 7.5.</summary>
    /// <param name="model">The model; for a latent one with its codec.</param>
    /// <param name="candidates">Members first, then as many others that went through the same filters, in the model's size.</param>
    /// <param name="distances">What the trajectory attack measures, e.g. with features of CLIP; null takes <see cref="ImageDistances.Plain"/>.</param>
    /// <returns>AUC with interval and members found at few false alarms for every attack, and what pictures alone tell.</returns>
    public ResultTable Attack(DiffusionModel model, CandidateImages candidates, IReadOnlyList<ImageDistance>? distances = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(candidates);
        if (candidates.Count % 2 != 0)
        {
            throw new ArgumentException($"There are {candidates.Count} candidates; give members first, then as many others.", nameof(candidates));
        }

        using var random = _lab.Random("privacy: published size");
        return Table(PrivacyPreset.StableDiffusion.Attack(model, candidates, [.. Enumerable.Range(0, candidates.Count).Select(i => i < candidates.Count / 2)], random, distances), candidates.Count);
    }

    /// <summary>The whole way with two steps on made pictures: files, loader, training, attacks. Its numbers mean nothing.</summary>
    public ResultTable DryRun()
    {
        var work = Directory.CreateTempSubdirectory("robustvlm-membership-").FullName;
        try
        {
            var folder = Path.Combine(work, "images");
            using var random = _lab.Random("privacy: made pictures");
            using var made = rand([MadePictures, 3, 40, 36], generator: random).cpu();
            foreach (var i in Enumerable.Range(0, MadePictures))
            {
                var part = Directory.CreateDirectory(Path.Combine(folder, i % 2 == 0 ? PrivacyLive.Members : PrivacyLive.Others)).FullName;
                File.WriteAllBytes(Path.Combine(part, string.Create(CultureInfo.InvariantCulture, $"{i:00}.png")), TensorPicture.Of(made, i).ToPng());
            }

            var preset = PrivacyPreset.Cifar;
            return new PrivacyPaper(_lab, folder, "").Run(preset with
            {
                Network = _lab.Scale == Scale.Smoke ? preset.Network! with { Width = 8 } : preset.Network,   // not null: the preset trains its own
                Trainer = preset.Trainer with { BatchSize = 2, Training = preset.Trainer.Training with { Steps = 2 } },
                Attacks = [new LossThreshold(new LossThresholdOptions { Draws = 1 }), new SecMi(new SecMiOptions { Level = 10 }), new Pia(), new SimA()],
                Queries = [.. preset.Queries.Where(query => query.Options.Start == TrajectoryStart.Image).Select(query => (query.Name, query.Options with { Length = 2, Repeats = 1 }))],
            }, work);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Missing.Length > 0 ? Missing
        : $"Ready: images in {_folder}, {(string.IsNullOrWhiteSpace(_weights) ? "a network of CIFAR's size will be trained on the members" : $"the network {_weights}")}.";

    /// <summary>Its text, for a notebook.</summary>
    public IReadOnlyDictionary<string, object> ToMimeBundle() => PlainDisplay.Of(this);

    private ResultTable Run(PrivacyPreset preset, string work)
    {
        if (Missing is { Length: > 0 } missing)
        {
            throw new InvalidOperationException(missing);
        }

        using var scope = NewDisposeScope();
        using var progress = Lab.Progress("Published size");
        progress.Report(0, "reading images");
        var (members, others) = (Read(PrivacyLive.Members, preset), Read(PrivacyLive.Others, preset));
        using var random = _lab.Random("privacy: published size");
        using var own = string.IsNullOrWhiteSpace(_weights) ? null : Checkpoint.Load<DenoisingUNet>(_weights);
        own?.to(_lab.Device);
        var model = own is null ? preset.Train(new CandidateImages(members), random, step => progress.Report(
            0.05 + (0.55 * step.Step / step.Total), string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.000}")), StateFile(preset, members, work)) : new DiffusionModel(own);
        var count = Math.Min(preset.Candidates, (int)Math.Min(members.shape[0], others.shape[0]));
        progress.Report(0.6, "attacking");
        var candidates = new CandidateImages(cat([members.narrow(0, 0, count), others.narrow(0, 0, count)], 0));
        var rows = preset.Attack(model, candidates, [.. Enumerable.Range(0, 2 * count).Select(i => i < count)], random);
        if (own is null)
        {
            (model.Predictor as DenoisingUNet)?.Dispose();
        }

        progress.Finish($"{rows.Count / 2} attacks");
        return Table(rows, 2 * count);
    }

    // Other pictures or other settings are another training.
    private string StateFile(PrivacyPreset preset, Tensor members, string work)
    {
        var pixels = Convert.ToHexStringLower(SHA256.HashData(members.cpu().contiguous().bytes));
        var key = RunKey.For(PrivacySweep.Id, new { preset.Network, preset.Trainer, Pixels = pixels }, _lab.Scale, _lab.Seed, PrivacySweep.Version);
        return Path.Combine(work, $"paper-{key.Hash}.state.safetensors");
    }

    private Tensor Read(string part, PrivacyPreset preset)
    {
        var set = DataSetRegistry.Open("image-folder", _folder);
        var label = set.Classes.ToList().IndexOf(part);
        int[] places = [.. Enumerable.Range(0, set.Count).Where(i => set.Items[i].Label == label)];
        var batch = new ImageLoader(set, places, new ImageLoaderOptions { Transform = new ImageTransform { Size = preset.ImageSize } }).ReadAll();
        return batch.Images.to(_lab.Device);
    }

    private static ResultTable Table(IReadOnlyList<Measurement> rows, int candidates) => ResultTable
        .From(rows.GroupBy(number => number.Row).Select(group => new
        {
            Attack = group.Key,
            Auc = group.Where(number => number.Column == "AUC").Select(number => string.Create(CultureInfo.InvariantCulture, $"{number.Value:0.000} [{number.Low:0.000}, {number.High:0.000}]")).First(),
            Found = group.First(number => number.Column != "AUC").Value,
        }))
        .AsPercent("Found").Rename("Auc", "AUC").Rename("Found", string.Create(CultureInfo.InvariantCulture, $"Members found at {100 * PrivacyPreset.FalseAlarms(candidates / 2):0} % false alarms"))
        .WithCaption(string.Create(CultureInfo.InvariantCulture, $"{candidates / 2} members and as many others"))
        .WithFootnotes("The last row sees the pictures, and captions where there are any, but no model. If its interval lies above 0.5, members and others differ by themselves, and no other row says anything about membership.");
}
