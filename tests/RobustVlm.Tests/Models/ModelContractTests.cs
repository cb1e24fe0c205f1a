using RobustVlm.Engine;
using RobustVlm.Methods.FrozenBackbones;
using RobustVlm.Models;
using RobustVlm.Models.Diffusion;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Models;

/// <summary>What every model promises.</summary>
public sealed class ModelContractTests : IDisposable
{
    private static readonly Dictionary<string, Entry> s_models = new()
    {
        ["Clip"] = Entry.Of(TinyClip.Options, (model, x) => model.call(x, Tokens(3, 8)), [3, 1, 16, 16], [3, 3]),
        ["Clip, ResNet"] = Entry.Of(
            TinyClip.Options with { Image = new ClipVisionOptions { Tower = ClipTower.ResNet, ImageSize = 32, Channels = 3, Width = 4, Stages = new StageDepths(1, 1, 1, 1), Heads = 2 } },
            (model, x) => model.call(x, Tokens(3, 8)), [3, 3, 32, 32], [3, 3]),
        ["VisionTransformer"] = Entry.Of(new VisionTransformerOptions { ImageSize = 16, Width = 16, Depth = 2, Classes = 5 }, (model, x) => model.call(x), [3, 3, 16, 16], [3, 5]),
        ["VisionTransformer, features"] = Entry.Of(
            new VisionTransformerOptions { ImageSize = 16, Width = 16, Depth = 1, Channels = 1, Pooling = VisionPooling.Average }, (model, x) => model.Features(x), [3, 1, 16, 16], [3, 16]),
        ["Bert"] = Entry.Of(
            new BertOptions { VocabularySize = 40, ContextLength = 8, Width = 16, HiddenWidth = 32 },
            (model, x) => model.PredictTokens(Tokens(3, 8)) + (0 * x.sum()), [3], [3, 8, 40], takesImages: false),
        ["Bert, no head"] = Entry.Of(
            new BertOptions { VocabularySize = 40, ContextLength = 8, Width = 16, HiddenWidth = 32, LanguageHead = false },
            (model, x) => model.Embed(Tokens(3, 8), BertPooling.Mean) + (0 * x.sum()), [3], [3, 16], takesImages: false),
        ["ResNet"] = Entry.Of(new ResNetOptions { Width = 4 }, (model, x) => model.call(x), [3, 3, 32, 32], [3, 10]),
        ["ResNet, bottlenecks"] = Entry.Of(
            ResNetOptions.ResNet50 with { Width = 4, Stages = new StageDepths(1, 1, 1, 1), Classes = 0, Channels = 1 }, (model, x) => model.Features(x), [3, 1, 64, 64], [3, 128]),
        ["CifarResNet"] = Entry.Of(new CifarResNetOptions { BlocksPerStage = 1, Width = 4 }, (model, x) => model.call(x), [3, 3, 16, 16], [3, 10]),
        ["MnistConvNet"] = Entry.Of(MnistConvNetOptions.Natural, (model, x) => model.call(x), [3, 1, 28, 28], [3, 10]),
        ["Adaptor"] = Entry.Of(
            new AdaptorOptions { ImageWidth = 6, TextWidth = 5, Width = 8, Heads = 2, HiddenWidth = 12, Dropout = 0, Attention = AdaptorAttention.TokenSequences },
            (model, x) => Similarities(model, x), [3, 4, 6], [3, 3], takesImages: false),
        ["UNet"] = Entry.Of(new UNetOptions { Width = 4, Depth = 2, Classes = 2 }, (model, x) => model.call(x), [3, 1, 16, 20], [3, 2, 16, 20]),
        ["DenoisingUNet"] = Entry.Of(
            new DenoisingUNetOptions { Width = 8, BlocksPerLevel = 2, VocabularySize = 40 }, (model, x) => model.call(x, tensor(new long[] { 0, 500, 999 }), Tokens(3, 8)), [3, 1, 16, 16], [3, 1, 16, 16]),
        ["Autoencoder"] = Entry.Of(new AutoencoderOptions { ImageSize = 16, Width = 4, Features = 6 }, (model, x) => model.call(x), [3, 1, 16, 16], [3, 1, 16, 16]),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public static TheoryData<string> Models => new(s_models.Keys);

    public static TheoryData<string> ImageModels => new(s_models.Where(entry => entry.Value.TakesImages).Select(entry => entry.Key));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Every_model_is_here()
    {
        var models = typeof(Clip).Assembly.GetExportedTypes()
            .Where(type => type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IModelOptions<>)));

        Assert.Equal(models.Select(type => type.Name).Order(StringComparer.Ordinal), s_models.Values.Select(entry => entry.Options).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Models))]
    public void Output_has_its_shape_and_every_weight_a_gradient(string name)
    {
        using var scope = NewDisposeScope();
        var entry = s_models[name];
        var model = entry.Make(1);

        var output = entry.Run(model, entry.Input());
        (output * FormulaWeights.Noise("loss", output.numel()).to(ScalarType.Float32).view(output.shape)).sum().backward();

        Assert.Equal(entry.Shape, output.shape);
        Assert.True(output.isfinite().all().ToBoolean());
        Assert.All(model.named_parameters(), parameter =>
        {
            var gradient = parameter.parameter.grad;
            Assert.True(gradient is not null && gradient.isfinite().all().ToBoolean(), parameter.name);

            // A closed branch (CLIP's last normalisation of a block starts at zero) and a shift of all keys, which a softmax takes out, have none.
            var mayBeZero = parameter.name.EndsWith("key.bias", StringComparison.Ordinal) || parameter.name.EndsWith("k_proj.bias", StringComparison.Ordinal) || name == "Clip, ResNet";
            Assert.True(mayBeZero || gradient.abs().max().ToDouble() > 0, $"{parameter.name} has a zero gradient");
        });
    }

    [Theory, MemberData(nameof(Models))]
    public void Saved_and_loaded_gives_the_same_output_with_and_without_options(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var entry = s_models[name];
        var path = Path.Combine(_folder.FullName, "model.safetensors");
        var model = entry.Make(1);
        entry.Run(model, entry.Input());   // moves what batch normalisation remembers
        model.eval();
        var expected = entry.Run(model, entry.Input());

        Checkpoint.Save(model, path);
        var made = entry.Load(path);
        var filled = entry.Make(2);
        var report = Checkpoint.Load(filled, path);
        filled.eval();

        Assert.False(made.training);
        Assert.True(report.IsComplete, report.ToString());
        Assert.True(expected.SameAs(entry.Run(made, entry.Input())));
        Assert.True(expected.SameAs(entry.Run(filled, entry.Input())));
    }

    [Theory, MemberData(nameof(Models))]
    public void Half_of_the_bytes_give_nearly_the_same_output(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var entry = s_models[name];
        var path = Path.Combine(_folder.FullName, "model.safetensors");
        var model = entry.Make(1);
        model.eval();

        Checkpoint.Save(model, path, dtype: ScalarType.Float16);
        var loaded = entry.Load(path);

        Assert.All(loaded.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        var (expected, actual) = (entry.Run(model, entry.Input()), entry.Run(loaded, entry.Input()));
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, 0.02 * Math.Max(1, expected.abs().max().ToDouble()));
    }

    [Theory, MemberData(nameof(Models))]
    public void Runs_in_double_precision_and_under_autocast(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var entry = s_models[name];
        var model = entry.Make(1);
        model.eval();
        var expected = entry.Run(model, entry.Input()).to(ScalarType.Float64);

        Tensor shortened;
        using (Autocast.Use(ScalarType.BFloat16))
        {
            shortened = entry.Run(model, entry.Input()).to(ScalarType.Float64);
        }

        model.to(ScalarType.Float64);
        var precise = entry.Run(model, entry.Input().to(ScalarType.Float64));

        Assert.Equal(ScalarType.Float64, precise.dtype);
        var size = Math.Max(1, expected.abs().max().ToDouble());
        Assert.InRange((expected - precise).abs().max().ToDouble(), 0, 1e-4 * size);
        Assert.InRange((expected - shortened).abs().max().ToDouble(), 0, 0.2 * size);
    }

    [Theory, MemberData(nameof(Models))]
    public void The_seed_alone_makes_the_model(string name)
    {
        using var scope = NewDisposeScope();
        var entry = s_models[name];
        var first = entry.Make(1).state_dict();
        _ = rand(7);   // the global generator must not matter
        var (second, third) = (entry.Make(1).state_dict(), entry.Make(2).state_dict());

        Assert.All(first.Keys, key => Assert.True(first[key].SameAs(second[key]), key));
        Assert.Contains(first.Keys, key => !first[key].SameAs(third[key]));
    }

    [Theory, MemberData(nameof(Models))]
    public void No_tensor_is_left_behind(string name)
    {
        var entry = s_models[name];
        using var model = entry.Make(1);
        using var input = entry.Input();
        void Step()
        {
            using var scope = NewDisposeScope();
            entry.Run(model, input).sum().backward();
        }

        Step();

        Assert.True(LeakCheck.Run(Step).IsClean);
        var path = Path.Combine(_folder.FullName, "model.safetensors");
        Assert.True(LeakCheck.Run(() =>
        {
            Checkpoint.Save(model, path);
            Checkpoint.Load(model, path);
        }).IsClean);
    }

    [Theory, MemberData(nameof(ImageModels))]
    public void Wrong_images_are_refused_in_one_sentence(string name)
    {
        using var scope = NewDisposeScope();
        var entry = s_models[name];
        var model = entry.Make(1);
        var right = entry.Input();

        foreach (var wrong in new[] { right[0], cat([right, right], 1), right.narrow(2, 0, 7), right.to(ScalarType.Int64) })
        {
            var message = Assert.Throws<ArgumentException>(() => entry.Run(model, wrong)).Message;
            Assert.Contains("This model takes float images", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    private static Tensor Similarities(Adaptor model, Tensor x)
    {
        var (images, texts) = model.call(x, x.narrow(2, 1, 5).flip(1));
        return model.Similarities(images, texts);
    }

    private static Tensor Tokens(int count, int length) => arange(count * length, dtype: ScalarType.Int64).remainder(37).add(1).view(count, length);

    private sealed record Entry(
        string Options, Func<ulong, nn.Module> Make, Func<nn.Module, Tensor, Tensor> Run, Func<string, nn.Module> Load, Func<Tensor> Input, long[] Shape, bool TakesImages)
    {
        internal static Entry Of<TModel>(IModelOptions<TModel> options, Func<TModel, Tensor, Tensor> run, long[] input, long[] shape, bool takesImages = true)
            where TModel : nn.Module => new(
                options.GetType().Name,
                seed =>
                {
                    using var random = new Generator(seed);
                    return options.Create(random);
                },
                (model, x) => run((TModel)model, x),
                Checkpoint.Load<TModel>,
                () => FormulaWeights.Images(input).to(ScalarType.Float32),
                shape,
                takesImages);
    }
}
