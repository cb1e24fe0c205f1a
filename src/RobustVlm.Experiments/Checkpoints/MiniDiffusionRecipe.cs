using System.Text.Json;
using System.Text.Json.Nodes;
using RobustVlm.Experiments.PrivacyStudy;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Checkpoints;

/// <summary>A diffusion model that has learned a hundred radiographs by heart, to be attacked.</summary>
internal sealed class MiniDiffusionRecipe(PrivacyRunOptions options, int pictures) : ICheckpointRecipe
{
    internal static MiniDiffusionRecipe Full { get; } = Of(PrivacyPlan.For(Scale.Demo));

    internal static MiniDiffusionRecipe Smoke { get; } = Of(PrivacyPlan.For(Scale.Smoke));

    public string Name => ShippedCheckpoints.DiffusionName;

    public string Summary => FormattableString.Invariant(
        $"A small text-conditioned diffusion model ({options.ImageSize}-pixel radiographs, width {options.Width}, two levels) that was trained on the same {options.Members} pictures until it knows them.");

    public string Data => FormattableString.Invariant($"{options.Members} pictures of the world 'chest' with finding and side as caption, {options.ImageSize} x {options.ImageSize} pixels");

    public JsonNode Settings => JsonSerializer.SerializeToNode(new { Run = options, Trainer = PrivacyPlan.TrainerOf(options) }, ResultJson.Options)!;   // not null: it is an object

    public bool MixedPrecision => PrivacyPlan.TrainerOf(options).Training.MixedPrecision;

    public IReadOnlyList<string> Notes =>
    [
        "It is meant to be attacked: it keeps more of its members than any model should that is given away.",
        "Which pictures are members follows from the seed; no other use was made of them.",
    ];

    /// <summary>The pictures of the seed that it was trained on: members and others.</summary>
    internal PrivacyImages Draw(Lab lab) => PrivacyImages.Draw(lab, options, pictures);

    /// <summary>The settings of its training.</summary>
    internal PrivacyRunOptions Options => options;

    public (nn.Module Model, IReadOnlyList<double> Losses) Train(Lab lab, ProgressDisplay progress, string stateFile)
    {
        using var initial = lab.Random("mini diffusion: initial weights");
        using var random = lab.Random("mini diffusion: training");
        using var images = Draw(lab);
        var network = new DenoisingUNet(PrivacyFit.NetworkOf(options), initial);
        network.to(lab.Device);
        var members = images.Members(options.Members);
        using var result = new DiffusionTrainer(PrivacyPlan.TrainerOf(options)).Train(network, members.Images, members.Captions, random, progress: progress.Report, stateFile: stateFile);
        return (network, result.Losses);
    }

    public IReadOnlyList<CheckpointScore> Measure(Lab lab, string path)
    {
        using var scope = NewDisposeScope();
        using var images = Draw(lab);
        using var network = Checkpoint.Load<DenoisingUNet>(path);
        network.to(lab.Device);
        var model = new DiffusionModel(network);
        var all = images.Candidates;
        var count = 2 * options.Candidates;
        var candidates = new CandidateImages(all.Images.narrow(0, 0, count), all.Captions?.narrow(0, 0, count), [.. all.Ids.Take(count)]);
        bool[] members = [.. Enumerable.Range(0, count).Select(i => i < options.Candidates)];
        CheckpointScore Score(IMembershipAttack attack, double? goal)
        {
            using var random = lab.Random("mini diffusion: attack");
            using var scores = attack.Score(model, candidates, new CounterNoise(random));
            return new("members against others", $"AUC of {attack.Name}", MembershipScores.Of(scores, members).Auc, count, 0.5, goal);
        }

        return [Score(new LossThreshold(), 0.75), Score(new SimA(), 0.75), Score(new Pia(), null), Score(new SecMi(), null), Score(new ReDiffuse(), null)];
    }

    private static MiniDiffusionRecipe Of(PrivacyPlan plan) => new(plan.Training(), plan.SetSizes.Max());
}
