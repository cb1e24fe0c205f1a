using System.Globalization;
using RobustVlm.Data.Text;
using RobustVlm.Data.Worlds;
using RobustVlm.Experiments.Checkpoints;
using RobustVlm.Experiments.Plots;
using RobustVlm.Experiments.Results;
using RobustVlm.Methods;
using RobustVlm.Methods.Training;
using RobustVlm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tours;

/// <summary>How much <see cref="ModelTour"/> does.</summary>
public sealed record ModelTourOptions
{
    /// <summary>Whether presets with more than 60 million weights are made to count them.</summary>
    public bool LargePresets { get; init; } = true;

    /// <summary>Steps of the small live training.</summary>
    public int TrainingSteps { get; init; } = 300;

    /// <summary>Pictures of the small live training.</summary>
    public int TrainingPictures { get; init; } = 2000;

    /// <summary>The settings for a given scale.</summary>
    /// <param name="scale">The scale.</param>
    public static ModelTourOptions For(Scale scale) => scale switch
    {
        Scale.Smoke => new() { LargePresets = false, TrainingSteps = 5, TrainingPictures = 64 },
        Scale.Demo => new(),
        Scale.Paper => new() { TrainingSteps = 3000, TrainingPictures = 20_000 },
        _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "Use Smoke, Demo or Paper."),
    };
}

/// <summary>Notebook ref-models: presets, shipped checkpoints, what they can do, loading of published files, and the training loop.</summary>
public sealed class ModelTour
{
    private const string Gap = "___";

    private readonly Lab _lab;

    /// <summary>Makes the tour.</summary>
    /// <param name="lab">Scale, seed and device.</param>
    /// <param name="options">Settings; null takes those of the lab's scale.</param>
    public ModelTour(Lab lab, ModelTourOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _lab = lab;
        Options = options ?? ModelTourOptions.For(lab.Scale);
    }

    /// <summary>The settings.</summary>
    public ModelTourOptions Options { get; }

    /// <summary>Kinds of models with their presets and numbers of weights.</summary>
    public ResultTable Presets()
    {
        using var random = _lab.Random("tour: presets");
        return ResultTable.From(ModelPreset.All.Where(preset => Options.LargePresets || !preset.Large).Select(preset =>
        {
            using var model = preset.Create(random);
            return new PresetRow(preset.Model, preset.Name, preset.Names, model.parameters().Sum(weight => weight.numel()));
        })).WithCaption("Presets; published files load under the names in the third column");
    }

    /// <summary>The shipped checkpoints.</summary>
    public ResultTable Checkpoints() => ShippedCheckpoints.Table(_lab).WithCaption("Shipped checkpoints");

    /// <summary>How a checkpoint's loss fell.</summary>
    /// <param name="name">One of <see cref="ShippedCheckpoints.Names"/>.</param>
    public LossCurve Curve(string name)
    {
        var card = ShippedCheckpoints.Card(_lab, name);
        return new LossCurve { Title = $"{card.Name}: training loss", Losses = card.Curve, Steps = card.CurveSteps, SmoothingWindow = 1 };
    }

    /// <summary>What a checkpoint was measured with after its training.</summary>
    /// <param name="name">One of <see cref="ShippedCheckpoints.Names"/>.</param>
    public ResultTable Scores(string name) => ShippedCheckpoints.Card(_lab, name).Table.WithCaption(name);

    /// <summary>Zero-shot accuracy of the mini CLIP on every world, from its card, beside chance and goal.</summary>
    public BarChart ZeroShotAccuracy()
    {
        var scores = ShippedCheckpoints.Card(_lab, ShippedCheckpoints.MiniClipName).Scores;
        return new BarChart
        {
            Title = "Mini CLIP: zero-shot accuracy on every world",
            Categories = [.. scores.Select(score => score.Name)],
            Series =
            [
                new BarSeries("mini CLIP", [.. scores.Select(score => score.Value)]),
                new BarSeries("goal", [.. scores.Select(score => score.Goal ?? double.NaN)]),
                new BarSeries("guessing", [.. scores.Select(score => score.Chance ?? double.NaN)]),
            ],
            PercentY = true,
            YRange = (0, 1),
            YTitle = "accuracy",
            Width = 1100,
        };
    }

    /// <summary>New pictures with the mini CLIP's answers.</summary>
    /// <param name="worldName">A world's short name.</param>
    /// <param name="prompts">Sentences to choose from, at least two; null takes the world's own, and answers are marked right or wrong.</param>
    /// <param name="count">Number of pictures.</param>
    public ImageGrid Ask(string worldName, IReadOnlyList<string>? prompts = null, int count = 8)
    {
        var world = WorldCatalog.Find(worldName);
        using var scope = NewDisposeScope();
        var (model, tokenizer) = ShippedCheckpoints.MiniClip(_lab);
        using var random = _lab.Random($"tour: ask {worldName}");
        using var batch = world.Render(count, model.Options.Image.ImageSize, random, _lab.Device);
        var choices = prompts?.Select(prompt => (IReadOnlyList<string>)[prompt]).ToArray() ?? world.Prompts;
        using var classifier = ZeroShotClassifier.Create(model, [.. choices.Select(texts => tokenizer.Encode(texts).to(_lab.Device))]);
        var probabilities = classifier.Logits(batch.Images.expand(-1, 3, -1, -1)).softmax(1).cpu();
        var (best, share) = (probabilities.argmax(1).data<long>().ToArray(), probabilities.amax([1]).data<float>().ToArray());
        var truth = batch.Labels.cpu().data<long>().ToArray();
        model.Dispose();
        var cells = best.Select((answer, i) => new GridCell(
            TensorPicture.Of(batch.Images, i), string.Create(CultureInfo.InvariantCulture, $"{prompts?[(int)answer] ?? world.Classes[(int)answer]} {share[i]:P0}"))
        {
            Mark = prompts is not null ? CellMark.None : answer == truth[i] ? CellMark.Right : CellMark.Wrong,
        });
        return new ImageGrid { Title = $"{world.Title}: the mini CLIP's answers", Rows = [.. cells.Chunk(4).Select(row => new GridRow([.. row]))], CellSize = 144 };
    }

    /// <summary>How the worlds' tokenizer cuts a text.</summary>
    /// <param name="text">Any text.</param>
    public ResultTable Tokens(string text)
    {
        var tokenizer = ShippedCheckpoints.Tokenizer(_lab, 64);
        return ResultTable.From(tokenizer.Encode(text).Select((token, i) => new TokenRow(i, token, token == tokenizer.StartToken ? "start" : token == tokenizer.EndToken ? "end" : tokenizer.Decode([token]))));
    }

    /// <summary>Words that the two text encoders would put into a gap.</summary>
    /// <param name="text">A text with one gap, written as three underscores.</param>
    /// <param name="count">Words to show.</param>
    /// <exception cref="ArgumentException">There is no gap, or more than one.</exception>
    public ResultTable FillIn(string text, int count = 5)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(Gap);
        if (parts.Length != 2)
        {
            throw new ArgumentException($"Write the gap as {Gap}, exactly once.", nameof(text));
        }

        return ResultTable.From(ShippedCheckpoints.TextEncoderNames.SelectMany(name => Guesses(name, parts, count)))
            .AsPercent("Probability").WithCaption($"\"{text}\"");
    }

    /// <summary>Radiographs and what the autoencoder makes of them.</summary>
    /// <param name="count">Number of radiographs.</param>
    public ImageGrid Reconstruct(int count = 6)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = ShippedCheckpoints.Load<Autoencoder>(_lab, ShippedCheckpoints.AutoencoderName);
        using var random = _lab.Random("tour: reconstruct");
        using var batch = WorldCatalog.Find("chest").Render(count, model.Options.ImageSize, random, _lab.Device);
        var restored = model.call(batch.Images);
        GridRow Row(string label, Tensor images) => new([.. Enumerable.Range(0, count).Select(i => new GridCell(TensorPicture.Of(images, i)))], label);
        return new ImageGrid { Title = "Autoencoder: radiographs through 64 numbers and back", Rows = [Row("original", batch.Images), Row("restored", restored)], CellSize = 112 };
    }

    /// <summary>What a load report looks like when a file and a model do not fit: the mini ViT's file, loaded into a model with another head.</summary>
    /// <returns>The report; nothing is loaded in silence.</returns>
    public LoadReport LoadWithoutHead()
    {
        using var random = _lab.Random("tour: load");
        var file = ShippedCheckpoints.PathOf(_lab, ShippedCheckpoints.MiniVitName);
        var stored = Checkpoint.Load<VisionTransformer>(file).Options;
        using var model = (stored with { Classes = 3 }).Create(random);
        return Checkpoint.Load(model, file, new LoadOptions { Strict = false, Skip = @"^head\." });
    }

    /// <summary>Trains a small ViT on a world for a moment.</summary>
    /// <param name="worldName">A world's short name.</param>
    /// <param name="training">Settings of the loop; null takes AdamW with warm-up and cosine.</param>
    public LossCurve TrainBriefly(string worldName, TrainingOptions? training = null)
    {
        var world = WorldCatalog.Find(worldName);
        training ??= new TrainingOptions { Steps = Options.TrainingSteps, LearningRate = 1e-3, WarmUpSteps = Options.TrainingSteps / 10, WeightDecay = 0.05, GradientNorm = 1 };
        using var scope = NewDisposeScope();
        using var random = _lab.Random("tour: training");
        using var batch = world.Render(Options.TrainingPictures, 48, random, _lab.Device);
        var model = (VisionTransformerOptions.Mini with { Channels = world.Channels, Depth = 3, Classes = world.Classes.Count }).Create(random);
        model.to(_lab.Device);
        using var progress = Lab.Progress($"Training a small ViT on {world.Title}");
        using var result = new ClassifierTrainer(new ClassifierTrainerOptions { Training = training }).Train(model, batch.Images, batch.Labels, random, progress.Report);
        progress.Finish(result.ToString());
        return new LossCurve
        {
            Title = $"A small ViT learns {world.Title.ToLowerInvariant()}",
            Losses = result.Losses,
            Reference = new ReferenceLine(Math.Log(world.Classes.Count), $"guessing 1 of {world.Classes.Count}"),
        };
    }

    private IEnumerable<GuessRow> Guesses(string name, string[] parts, int count)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = ShippedCheckpoints.Load<Bert>(_lab, name);
        var tokenizer = ShippedCheckpoints.Tokenizer(_lab, model.Options.ContextLength);
        long[] Inside(string part) => [.. tokenizer.Encode(part).Skip(1).SkipLast(1)];
        long[] tokens = [tokenizer.StartToken, .. Inside(parts[0]), MaskedLanguageTrainer.MaskToken(model), .. Inside(parts[1]), tokenizer.EndToken];
        var place = 1 + Inside(parts[0]).Length;
        var probabilities = model.PredictTokens(tensor(tokens, [1, tokens.Length], device: _lab.Device))[0, place].softmax(0).cpu().data<float>().ToArray();
        return [.. Enumerable.Range(0, tokenizer.VocabularySize).OrderByDescending(token => probabilities[token]).Take(count)
            .Select(token => new GuessRow(name, tokenizer.Decode([token]), probabilities[token]))];
    }

    private sealed record PresetRow(string Model, string Preset, string NamesOf, long Weights);

    private sealed record TokenRow(int Place, long Token, string Text);

    private sealed record GuessRow(string Encoder, string Word, double Probability);
}
