using RobustVlm.Methods.LowRank;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Methods.Ran;

/// <summary>
/// Fits a classifier behind an image encoder whose pre-training may have been poisoned: RAN (Han et al. 2024, arXiv:2407.02716), reconstructed on NMTune
/// (Chen et al. 2024, arXiv:2309.17002), and what it is compared with. All modes of one seed see the images in the same order.
/// </summary>
/// <remarks>The paper's own objective, weights and settings could not be read. Features enter the head as the encoder gives them, not scaled to length one.</remarks>
public sealed class RanTrainer
{
    private const string Task = "task";

    private readonly RanOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public RanTrainer(RanOptions? options = null)
    {
        _options = options ?? new RanOptions();
        _options.Check();
    }

    /// <summary>Trains a classifier. The model stays as it is: what fine-tuning changes is a copy.</summary>
    /// <param name="model">The pre-trained model; its image encoder is used.</param>
    /// <param name="images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
    /// <param name="labels">Long tensor [N], class indices in [0, K); or float tensor [N, K], 1 for each label that holds.</param>
    /// <param name="classes">Number of classes or labels K.</param>
    /// <param name="random">Source of all randomness.</param>
    /// <param name="progress">Told the finished share, 0 to 1.</param>
    /// <returns>The classifier in evaluation mode, on the model's device.</returns>
    /// <exception cref="ArgumentException">Images and labels do not fit each other.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public RanResult Train(Clip model, Tensor images, Tensor labels, int classes, Generator random, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(random);
        RanStep.CheckLabels(images, labels, classes);

        // Drawn apart, so that all modes see the same images in the same order, whatever they draw for their weights.
        using var initial = new Generator(TrainingSeeds.Draw(random), images.device);
        using var views = new Generator(TrainingSeeds.Draw(random), images.device);
        using var order = new Generator(TrainingSeeds.Draw(random));
        var head = new RanHead(model.Options.EmbeddingSize, classes, initial, _options.HasTwoViews ? _options.Head : _options.Head with { Adapts = false });
        head.to(images.device);
        try
        {
            return _options.IsFrozen ? Frozen(model, head, images, labels, views, order, progress) : Tuned(model, head, images, labels, initial, order, progress);
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    private RanResult Frozen(Clip model, RanHead head, Tensor images, Tensor labels, Generator viewRandom, Generator order, Action<double>? progress)
    {
        const double shareOfViews = 0.7;
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(model);
        using var views = _options.HasTwoViews ? RanViews.Make(_options, model.EncodeImage, model.EncodeImage, images, viewRandom, share => progress?.Invoke(shareOfViews * share)) : null;
        var plain = views is null ? RanViews.Plain(model.EncodeImage, images) : null;
        using var batches = new BatchOrder(images.shape[0], _options.BatchSize, order);
        var loss = _options.Mode == RanMode.Ran ? new RanLoss(_options.Loss) : null;
        using var curves = RanStep.Loop(_options, _options.UsedLearningRate, batches.BatchesPerRound).Run(
            head,
            step =>
            {
                var chosen = batches.Indices(step.Batch).to(labels.device);
                var features = plain?.index_select(0, chosen) ?? views!.Draw(chosen, step.Random);   // not null: one of both was made
                return RanStep.Loss(head, features, labels.index_select(0, chosen), loss, step);
            },
            order,
            step => progress?.Invoke(shareOfViews + ((1 - shareOfViews) * step.Step / step.Total)));
        return new RanResult(model.EncodeImage, head, _options.Mode, head.parameters().Sum(weight => weight.numel()), curves.Losses, curves.Terms, null, null);
    }

    private RanResult Tuned(Clip model, RanHead head, Tensor images, Tensor labels, Generator initial, Generator order, Action<double>? progress)
    {
        var encoder = model.CopyVisual();
        LowRankAdapter? adapter = null;
        try
        {
            if (_options.Mode == RanMode.LowRank)
            {
                adapter = new LowRankAdapter(encoder, _options.LowRank);
                adapter.AddTask(Task, initial);
            }

            var both = new RanTrained(encoder, head);
            var augmentation = new Data.Augmentation(_options.Augmentation);
            using var batches = new BatchOrder(images.shape[0], _options.BatchSize, order);
            var trained = both.parameters().Where(weight => weight.requires_grad).Sum(weight => weight.numel());
            using var curves = RanStep.Loop(_options, _options.UsedLearningRate, batches.BatchesPerRound).Run(
                both,
                step =>
                {
                    var chosen = batches.Indices(step.Batch).to(labels.device);
                    var changed = augmentation.Apply(images.index_select(0, chosen), step.Random);
                    Tensor features;
                    using (step.UsePrecision(images.device_type))
                    {
                        features = encoder.call(changed);
                    }

                    return RanStep.Loss(head, features.to(ScalarType.Float32), labels.index_select(0, chosen), null, step);
                },
                order,
                step => progress?.Invoke((double)step.Step / step.Total));
            foreach (var weight in encoder.parameters())
            {
                weight.requires_grad_(false);
            }

            return new RanResult(encoder.call, head, _options.Mode, trained, curves.Losses, curves.Terms, encoder, adapter);
        }
        catch
        {
            adapter?.Dispose();
            encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_options.Mode}, {_options.Epochs} epochs, learning rate {_options.UsedLearningRate.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
