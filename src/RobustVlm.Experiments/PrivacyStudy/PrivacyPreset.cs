using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.Training;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>The experiment at published size, on a GPU. The user brings images, and for a latent model the network and its autoencoder, as <see cref="INoisePredictor"/> and <see cref="IImageCodec"/>.</summary>
internal sealed record PrivacyPreset
{
    internal const string Blind = "pictures alone, without any model";

    private const int ForRareFalseAlarms = 500;
    private const int Resamples = 200;

    /// <summary>Height and width of the images.</summary>
    internal required int ImageSize { get; init; }

    /// <summary>Members that are attacked, and as many others.</summary>
    internal required int Candidates { get; init; }

    /// <summary>The network to train; null where the user brings a trained one.</summary>
    internal DenoisingUNetOptions? Network { get; init; }

    /// <summary>How it is trained.</summary>
    internal DiffusionTrainerOptions Trainer { get; init; } = new();

    /// <summary>The attacks that give one score.</summary>
    internal required IReadOnlyList<IMembershipAttack> Attacks { get; init; }

    /// <summary>The questions of the trajectory attack, by name.</summary>
    internal required IReadOnlyList<(string Name, TrajectoryQueryOptions Options)> Queries { get; init; }

    /// <summary>A DDPM of the size usual for CIFAR-10, trained for 80,000 steps on 5,000 members (over a thousand epochs), all attacks on 5,000 members and as many others.</summary>
    internal static PrivacyPreset Cifar { get; } = new()
    {
        ImageSize = 32,
        Candidates = 5000,
        Network = DenoisingUNetOptions.Cifar,
        Trainer = new DiffusionTrainerOptions() is var usual ? usual with { BatchSize = 128, CaptionDropout = 0, Training = usual.Training with { Steps = 80_000, LearningRate = 2e-4, WarmUpSteps = 5000, AverageDecay = 0.9999 } } : usual,
        Attacks = PrivacyScores.Attacks(new PrivacyRunOptions { Samples = 20_000 }),
        Queries = QueriesOf(guidance: 1, previews: 10),
    };

    /// <summary>A text-to-image model as the paper attacked, brought by the user: 1,000 images of its training set and 1,000 others that went through the same filters.</summary>
    /// <remarks>Previews are the ten of a run of ten moves, separate runs have 1 to 32 moves: fewer than the fifty that are usual for such models, so that each move tells more.</remarks>
    internal static PrivacyPreset StableDiffusion { get; } = new()
    {
        ImageSize = 512,
        Candidates = 1000,
        Attacks = [new SecMi(new SecMiOptions { BatchSize = 4 }), new Pia(new PiaOptions { Level = 500, BatchSize = 4 }), new LossThreshold(new LossThresholdOptions { BatchSize = 4 })],
        Queries = [.. QueriesOf(1, 10, batch: 4), .. QueriesOf(7.5, 10, batch: 4)],
    };

    /// <summary>Trains the preset's network on members.</summary>
    /// <param name="members">The images.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told about each step.</param>
    /// <param name="stateFile">Where the training keeps its state, so that a killed one goes on; null keeps none.</param>
    internal DiffusionModel Train(CandidateImages members, Generator random, Action<TrainingProgress>? progress = null, string? stateFile = null)
    {
        if (Network is null)
        {
            throw new InvalidOperationException("This preset attacks a model that you bring; give its network to a DiffusionModel and call Attack.");
        }

        var network = new DenoisingUNet(Network, random);
        network.to(members.Images.device);
        new DiffusionTrainer(Trainer).Train(network, members.Images, members.Captions, random, progress: progress, stateFile: stateFile).Dispose();
        return new DiffusionModel(network);
    }

    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="candidates">The images, of the size the model takes.</param>
    /// <param name="members">For each image, whether it is a member.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="distances">What the trajectory attack measures; null takes <see cref="ImageDistances.Plain"/>.</param>
    /// <returns>Area with interval and members found at few false alarms (see <see cref="FalseAlarms"/>) for each attack, and the area that needs no model.</returns>
    internal IReadOnlyList<Measurement> Attack(
        DiffusionModel model, CandidateImages candidates, IReadOnlyList<bool> members, Generator random, IReadOnlyList<ImageDistance>? distances = null)
    {
        using var scope = NewDisposeScope();
        var noise = new CounterNoise(random);
        var single = Attacks.Select(attack => (attack.Name, Scores: MembershipScores.Of(attack.Score(model, candidates, noise), members)));
        var trained = Queries.Select(query =>
        {
            using var inner = NewDisposeScope();
            return (Name: query.Name, Scores: Trained(new TrajectoryQuery(query.Options, distances).Features(model, candidates, noise)));
        });
        var captionWords = candidates.Captions is { } captions ? (int)captions.max().item<long>() + 1 : 0;
        var share = FalseAlarms(candidates.Count / 2);
        return [.. single.Concat(trained).Append((Name: Blind, Scores: Trained(PrivacyScores.BlindFeatures(candidates, captionWords)))).SelectMany(told =>
        {
            var (low, high) = told.Scores.Interval(new Random(1), Resamples);
            return new[]
            {
                new Measurement(told.Name, "AUC", told.Scores.Auc, low, high, candidates.Count, IsRate: false),
                PrivacyScores.Number(told.Name, "found", told.Scores.TruePositivesAt(share)),
            };
        })];

        MembershipScores Trained(Tensor features) => new(new MembershipCrossValidation().Run(features, members, new LogisticMembership(), random).Ranks, members);
    }

    /// <summary>The share of false alarms that so many others allow to be read: 1 %, or 5 % where 1 % would be a handful of images.</summary>
    internal static double FalseAlarms(int others) => others >= ForRareFalseAlarms ? 0.01 : 0.05;

    private static (string Name, TrajectoryQueryOptions Options)[] QueriesOf(double guidance, int previews, int batch = 64) =>
    [
        .. Enum.GetValues<TrajectoryReading>().SelectMany(reading => Enum.GetValues<TrajectoryStart>().Select(start => (
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{reading} from {start}, guidance {guidance}"),
            new TrajectoryQueryOptions { Reading = reading, Start = start, Guidance = guidance, Length = reading == TrajectoryReading.Previews ? previews : 6, BatchSize = batch }))),
    ];
}
