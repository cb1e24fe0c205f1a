using System.Text.Json;
using RobustVlm.Attacks;
using RobustVlm.Engine;
using RobustVlm.Methods.Training;
using RobustVlm.Methods.ZeroShot;
using RobustVlm.Models;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Methods.ZeroShot;

/// <summary>One training step of each method gives the losses and gradients of its reference implementation, attack included, in float64.</summary>
/// <remarks>
/// fine-tuning-reference.json was made by PyTorch 1.13 with float64 as its default type, from the functions of these repositories: PMG-AFT (a53fdd8: PMG_AFT.train with
/// attack_pgd), AGFT (0031a8f: train_one_epoch with PMG_AFT, attacks.pgd, cos_sim), ZSRobust4FoundationModel (1243db6: visual_prompt.train, without and with its
/// prompters), TGA-ZSR (663fe57: FT.train with VPbaseline 1 and 0), RobustVLM (7de10ee: pgd_train.pgd, compute_loss), LAAT (7a78ff4: PGDTrades, and the three lines of
/// its TRADES loss). The model is the CLIP class that PMG-AFT brings along, made small (224 became 16, 768 became 16, heads of 8). Stubs: cuda, autocast, logging,
/// the optimiser and the gradient scaler, in whose place the gradient of the loss is taken; the random start is the noise below. Weights, pictures and noise are
/// <see cref="FormulaWeights"/>; pictures are shrunk to [0.1, 0.9], because FARE's random start is not
/// cut to [0, 1] there; those of the teacher's image encoder are named "teacher." in front. For each weight the length of its gradient and its first four
/// numbers are stored.
/// </remarks>
public sealed class FineTuningReferenceTests : IDisposable
{
    private const int Count = 6;

    private static readonly ClipOptions s_sizes = new()
    {
        EmbeddingSize = 8,
        Image = new ClipVisionOptions
        {
            ImageSize = 16,
            PatchSize = 4,
            Channels = 3,
            Width = 16,
            Depth = 2,
            Heads = 2,
            Activation = Activation.QuickGelu,
            PixelMean = ChannelValues.ClipMean,
            PixelDeviation = ChannelValues.ClipDeviation,
        },
        Text = new TextEncoderOptions
        {
            VocabularySize = 20,
            ContextLength = 6,
            Width = 16,
            Depth = 2,
            Heads = 2,
            Activation = Activation.QuickGelu,
            Causal = true,
            Pooling = TextPooling.EndOfText,
        },
    };

    private static readonly JsonElement s_reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Methods", "ZeroShot", "fine-tuning-reference.json"))).RootElement;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Pmg_aft_as_in_the_paper() =>
        AssertStep("PmgAft.Paper", new PmgAft(new PmgAftOptions { GeneralWeight = 0.7, CleanWeight = 1.3 }), terms: ["general", "clean"]);

    [Fact]
    public void Pmg_aft_as_in_its_repository() => AssertStep("PmgAft.Repository", new PmgAft(new PmgAftOptions { Mode = PmgAftMode.Repository }), terms: ["general", "clean"]);

    [Fact]
    public void Tecoa() => AssertStep("TeCoA", new TeCoA());

    [Fact]
    public void Fine_tuning_on_clean_pictures() => AssertStep("FineTuneClean", new FineTuneClean());

    [Fact]
    public void Fine_tuning_on_attacked_pictures() => AssertStep("FineTuneAdversarial", new FineTuneAdversarial());

    [Fact]
    public void Fare() => AssertStep("Fare", new Fare(), size: 16, attack: new TrainingAttackOptions { Steps = 3, Momentum = 0.9 });

    [Fact]
    public void Trades() => AssertStep("Trades", new Trades(new TradesOptions { Weight = 0.8 }), terms: ["divergence"]);

    [Fact]
    public void Tecoa_with_visual_prompts()
    {
        var model = Model();
        using var prompt = new VisualPrompt(model, new VisualPromptOptions { PadWidth = 3, Tokens = 2 }, new Generator(1));
        using (no_grad())
        {
            foreach (var (name, weight) in prompt.named_parameters())
            {
                weight.copy_(FormulaWeights.Noise("prompt." + name, weight.numel()).view(weight.shape));
            }
        }

        AssertStep("VisualPrompt", new TeCoA(), model: model, prompt: prompt);
    }

    private static void AssertStep(
        string key, IFineTuningMethod method, string[]? terms = null, int size = 12, TrainingAttackOptions? attack = null, Clip? model = null, VisualPrompt? prompt = null)
    {
        var expected = s_reference.GetProperty(key);
        var budget = (attack ?? new TrainingAttackOptions()) with { Epsilon = PixelBudget.Of255(8), StepSize = PixelBudget.Of255(3) };
        model ??= Model();
        Fill(model.Visual, "teacher.visual.");
        using var models = new FineTuningModels(model, Prompts(), method, null, prompt);
        Fill(model.Visual, "visual.");
        var images = 0.1 + (0.8 * FormulaWeights.Images(Count, 3, size, size));
        var batch = Batch(models, images);
        if (method.Attacks)
        {
            var start = images + (FormulaWeights.Noise("start", images.numel()).view(images.shape) * budget.Epsilon.Value);
            batch.AttackedImages = TrainingPgd.Perturb(points => method.Climb(batch, batch.Probe(points)).sum(), images, start, budget);
        }

        var parts = method.Terms(batch);
        var loss = parts.Select(term => term.Value * term.Weight).Aggregate((sum, term) => sum + term);
        loss.backward();

        AssertNear(expected.GetProperty("loss").GetDouble(), loss.item<double>(), key);
        foreach (var name in terms ?? [])
        {
            AssertNear(expected.GetProperty(name).GetDouble(), parts.Single(term => term.Name == name).Value.item<double>(), name);
        }

        var gradients = expected.GetProperty("gradients");
        Assert.Equal(gradients.EnumerateObject().Select(entry => entry.Name).Order(), models.Trained.named_parameters().Select(weight => weight.name).Order());
        foreach (var (name, weight) in models.Trained.named_parameters())
        {
            double[] numbers = [.. gradients.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
            var actual = weight.grad ?? throw new InvalidOperationException(name);
            AssertNear(numbers[0], actual.norm().item<double>(), name);
            Assert.All(numbers[1..].Zip(actual.flatten().Values<double>()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-6 * (1 + numbers[0])));
        }
    }

    private static void AssertNear(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-6 * (1 + Math.Abs(expected)), $"{what}: {expected} against {actual}");

    private static FineTuningBatch Batch(FineTuningModels models, Tensor images) => new(
        models, new TrainingStep(0, 0, new TrainingOptions { MixedPrecision = false }, new Generator(1), []), images, tensor(new long[] { 0, 1, 2, 3, 4, 1 }));

    private static Tensor[] Prompts()
    {
        long[][] texts = [[1, 4, 3, 19, 0, 0], [2, 5, 7, 6, 19, 0], [9, 19, 0, 0, 0, 0], [11, 12, 19, 0, 0, 0], [13, 2, 1, 8, 10, 19]];
        return Array.ConvertAll(texts, text => tensor(text).view(1, 6));
    }

    private static Clip Model()
    {
        var model = new Clip(s_sizes, new Generator(1));
        model.to(ScalarType.Float64);
        Fill(model, "");
        using var noGradient = no_grad();
        model.get_parameter("logit_scale")!.fill_(Math.Log(30));   // every Clip has it
        return model;
    }

    private static void Fill(nn.Module module, string prefix)
    {
        using var noGradient = no_grad();
        foreach (var (name, weight) in module.named_parameters())
        {
            weight.copy_(FormulaWeights.Weight(prefix + name, weight.shape));
        }
    }
}
