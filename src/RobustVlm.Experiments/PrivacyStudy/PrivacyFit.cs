using System.Globalization;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Results;
using RobustVlm.Experiments.Sweeps;
using RobustVlm.Methods;
using RobustVlm.Methods.LowRank;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.PrivacyStudy;

/// <summary>Trains a diffusion model, or reads what an equal training left behind, and attacks it.</summary>
internal static class PrivacyFit
{
    internal const string FitRow = "fit";
    internal const string Untrained = "untrained";
    internal const string Chosen = "chosen";
    internal const string Last = "last";
    internal const string OtherData = "other data";

    private const double TrainingShare = 0.6;

    private static readonly string[] s_curves =
    [
        .. PrivacyScores.AllAttacks.Select(PrivacyScores.Auc), PrivacyScores.Above(PrivacyScores.Trajectory), PrivacyScores.Auc(PrivacyScores.Calibration), PrivacyScores.Gap, PrivacyScores.HeldOutLoss, PrivacyScores.MemberLoss, PrivacyScores.Quality,
    ];

    /// <summary>Row of a checkpoint, from 1, which has the fewest steps.</summary>
    internal static string Checkpoint(int number) => string.Create(CultureInfo.InvariantCulture, $"checkpoint {number}");

    /// <summary>Makes a run.</summary>
    internal static SweepOutcome Run(Lab lab, PrivacyRunOptions options, Action<double, string> progress)
    {
        progress(0, "drawing pictures");
        using var images = PrivacyImages.Draw(lab, options);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var files = Train(lab, options, images, (share, text) => progress(TrainingShare * share, text));
        var rows = new List<Measurement> { PrivacyScores.Number(FitRow, "seconds of training", clock.GetElapsedTime(started).TotalSeconds) };
        started = clock.GetTimestamp();
        using var scope = NewDisposeScope();
        using var scores = new PrivacyScores(lab, options, images.Candidates, ShippedCheckpoints.Load<Autoencoder>(lab, ShippedCheckpoints.AutoencoderName));
        void Attacking(double share) => progress(TrainingShare + ((1 - TrainingShare) * share), "attacking");
        if (options.Kind == PrivacyRunKind.Training)
        {
            rows.AddRange(Checkpoints(lab, options, images, scores, files, Attacking));
        }
        else
        {
            using var network = Read(lab, files[^1]);
            var model = new DiffusionModel(network);
            rows.AddRange(scores.Measure(Last, model, PrivacyDepth.Curves, Attacking));
        }

        rows.Add(PrivacyScores.Number(FitRow, "seconds of attacks", clock.GetElapsedTime(started).TotalSeconds));
        return new SweepOutcome(rows);
    }

    private static List<Measurement> Checkpoints(Lab lab, PrivacyRunOptions options, PrivacyImages images, PrivacyScores scores, string[] files, Action<double> progress)
    {
        var networks = files.Select(file => Read(lab, file)).ToArray();
        try
        {
            var models = networks.Select(network => new DiffusionModel(network)).ToArray();
            var chosen = Choose([.. models.Select(scores.GapOnCalibrationHalf)]);
            var rows = new List<Measurement> { PrivacyScores.Number(FitRow, "chosen checkpoint", chosen) };
            var parts = models.Length + 2.0;
            foreach (var (i, model) in models.Index())
            {
                var (row, detail) = (i == 0 ? Untrained : Checkpoint(i), i == chosen || i == models.Length - 1);
                var measured = scores.Measure(row, model, detail ? PrivacyDepth.Detail : i == 0 ? PrivacyDepth.Attacks : PrivacyDepth.Curves, share => progress((i + share) / parts));
                rows.AddRange(measured.Where(number => i == 0 || number.Row != row || s_curves.Contains(number.Column)));

                // Rows of claims have fixed names, whichever checkpoint it is; they hold what the curves do not need.
                rows.AddRange(new[] { (Chosen, i == chosen), (Last, i == models.Length - 1) }.Where(entry => entry.Item2)
                    .SelectMany(entry => measured.Where(number => number.Row == row).Select(number => number with { Row = entry.Item1 })));
            }

            using var unseen = new PrivacyScores(lab, options, images.Unseen, ShippedCheckpoints.Load<Autoencoder>(lab, ShippedCheckpoints.AutoencoderName));
            rows.AddRange(unseen.Measure(OtherData, models[^1], PrivacyDepth.Attacks, share => progress((models.Length + share) / parts)));
            rows.AddRange(scores.BlindControl());
            return rows;
        }
        finally
        {
            foreach (var network in networks)
            {
                network.Dispose();
            }
        }
    }

    /// <summary>The first checkpoint, the untrained model aside, at which the loss of held-out pictures lies clearly above that of members; the last, if there is none.</summary>
    internal static int Choose(IReadOnlyList<double> gaps)
    {
        var strong = Enumerable.Range(1, gaps.Count - 1).FirstOrDefault(i => gaps[i] >= PrivacyPlan.ChosenGap);
        return strong > 0 ? strong : gaps.Count - 1;
    }

    internal static DenoisingUNetOptions NetworkOf(PrivacyRunOptions options) =>
        new() { Width = options.Width, VocabularySize = PrivacyImages.Tokenizer.VocabularySize };

    private static string[] Train(Lab lab, PrivacyRunOptions options, PrivacyImages images, Action<double, string> progress)
    {
        var key = RunKey.For(PrivacySweep.Id, options with { Candidates = 0, Samples = 0, Repeats = 0 }, lab.Scale, lab.Seed, PrivacySweep.Version);
        var folder = Directory.CreateDirectory(Path.Combine(lab.WorkFolder(PrivacySweep.Id), "models")).FullName;
        int[] steps = [.. PrivacyPlan.CheckpointsOf(options)];
        string[] files = [.. steps.Select(step => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{key.Hash}-{step}.safetensors")))];
        if (files.All(File.Exists))
        {
            return files;
        }

        using var initial = lab.Random("privacy: initial weights");
        using var random = lab.Random("privacy: training");
        using var network = new DenoisingUNet(NetworkOf(options), initial);
        network.to(lab.Device);
        var members = images.Members(options.Members);
        if (options.Defence == PrivacyDefence.LowRank)
        {
            var open = images.Public(PrivacyPlan.PublicPictures(options));
            using var first = Trainer(options).Train(network, open.Images, open.Captions, random, progress: Telling(0, 0.5));
            using var adapter = new LowRankAdapter(network, PrivacyPlan.LowRank);
            adapter.AddTask("members", random);
            using var second = Trainer(options).Train(network, members.Images, members.Captions, random, progress: Telling(0.5, 0.5));
            adapter.Merge();
            SaveMerged(network, files);
            return files;
        }

        using var trained = Trainer(options).Train(network, members.Images, members.Captions, random, checkpoints: steps, reached: (step, average) =>
        {
            using var draw = lab.Random("privacy: initial weights");
            using var copy = new DenoisingUNet(network.Options, draw);
            average.CopyTo(copy);
            RobustVlm.Models.Checkpoint.Save(copy, files[Array.IndexOf(steps, step)]);
        }, progress: Telling(0, 1));
        return files;

        Action<TrainingProgress> Telling(double from, double share) => step => progress(
            from + (share * step.Step / step.Total), string.Create(CultureInfo.InvariantCulture, $"step {step.Step} of {step.Total}, loss {step.Loss:0.000}"));
    }

    private static DiffusionTrainer Trainer(PrivacyRunOptions options) => new(PrivacyPlan.TrainerOf(options));

    // The merged weights under the names of a plain network; only the last one is attacked.
    private static void SaveMerged(DenoisingUNet network, string[] files)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(0);
        using var plain = new DenoisingUNet(network.Options, random);
        using (no_grad())
        {
            var merged = network.state_dict();
            foreach (var (name, weight) in plain.state_dict())
            {
                weight.copy_(merged[name]);
            }
        }

        foreach (var file in files)
        {
            RobustVlm.Models.Checkpoint.Save(plain, file);
        }
    }

    private static DenoisingUNet Read(Lab lab, string file)
    {
        var network = RobustVlm.Models.Checkpoint.Load<DenoisingUNet>(file);
        network.to(lab.Device);
        return network;
    }
}
