using RobustVlm.Engine;
using RobustVlm.Models;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Models;

public sealed class ClipCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoint-tests-").FullName;

    private string FilePath => Path.Combine(_folder, "clip.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Saved_and_loaded_gives_the_same_output()
    {
        using var noGradient = torch.no_grad();
        using var model = TinyClip.Create(seed: 1);
        var (images, tokens) = TinyClip.Pairs(seed: 2, count: 3);

        Checkpoint.Save(model, FilePath, new Dictionary<string, string> { ["words"] = "no effusion" });
        var loaded = Checkpoint.Load<Clip>(FilePath);
        var metadata = Checkpoint.Metadata(FilePath);

        Assert.Equal(TinyClip.Options, loaded.Options);
        Assert.Equal("no effusion", metadata["words"]);
        Assert.False(loaded.training);
        using var expected = model.call(images, tokens);
        using var actual = loaded.call(images, tokens);
        Assert.True(expected.SameAs(actual));
    }

    [Fact]
    public void A_published_file_in_half_precision_loads_with_given_sizes()
    {
        using var scope = torch.NewDisposeScope();
        var model = TinyClip.Create(seed: 1);
        var weights = model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(torch.ScalarType.Float16));
        weights["context_length"] = torch.tensor(8L);   // OpenAI's files repeat some sizes like this
        Safetensors.Write(FilePath, weights);

        var loaded = Checkpoint.Load(FilePath, TinyClip.Options);

        var proj = loaded.state_dict()["visual.proj"];
        Assert.Equal(torch.ScalarType.Float32, proj.dtype);
        Assert.InRange((proj - model.state_dict()["visual.proj"]).abs().max().item<float>(), 0, 1e-3);
    }

    [Fact]
    public void A_file_without_sizes_asks_for_them()
    {
        using var model = TinyClip.Create(seed: 1);
        Safetensors.Write(FilePath, model.state_dict());

        Assert.Contains("options of a Clip", Refusal(() => Checkpoint.Load<Clip>(FilePath)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_other_sizes_is_refused_with_the_places()
    {
        using var model = TinyClip.Create(seed: 1);
        Checkpoint.Save(model, FilePath);
        var deeper = TinyClip.Options with { EmbeddingSize = 8, Image = TinyClip.Options.Image with { Depth = 3 } };

        var message = Refusal(() => Checkpoint.Load(FilePath, deeper));

        Assert.Contains("visual.transformer.resblocks.2", message, StringComparison.Ordinal);
        Assert.Contains("visual.proj is [32, 16] instead of [32, 8]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_something_else_is_refused()
    {
        using var other = torch.ones(3);
        Safetensors.Write(FilePath, new Dictionary<string, torch.Tensor> { ["bias"] = other });

        Assert.Contains("not part of the model: bias", Refusal(() => Checkpoint.Load(FilePath, TinyClip.Options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"Colour\":1}")]
    [InlineData("{\"Image\":{\"Activation\":\"Square\"}}")]
    public void Unreadable_sizes_are_refused(string json)
    {
        using var model = TinyClip.Create(seed: 1);
        Safetensors.Write(FilePath, model.state_dict(), new Dictionary<string, string> { ["clip_options"] = json });

        Assert.Contains("sizes", Refusal(() => Checkpoint.Load<Clip>(FilePath)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"Image\":{\"PatchSize\":0}}")]
    [InlineData("{\"Image\":{\"Depth\":2000000000}}")]
    [InlineData("{\"Image\":null}")]
    public void Impossible_sizes_are_refused(string json)
    {
        using var model = TinyClip.Create(seed: 1);
        Safetensors.Write(FilePath, model.state_dict(), new Dictionary<string, string> { ["clip_options"] = json });

        Assert.Throws<InvalidDataException>(() => Checkpoint.Load<Clip>(FilePath));
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var model = TinyClip.Create(seed: 1);
        Checkpoint.Save(model, FilePath);
        var bytes = File.ReadAllBytes(FilePath);
        File.WriteAllBytes(FilePath, bytes[..(bytes.Length / 2)]);

        Assert.Contains("not a usable safetensors file", Refusal(() => Checkpoint.Load<Clip>(FilePath)), StringComparison.Ordinal);
    }

    private string Refusal(Func<object> action)
    {
        var message = Assert.Throws<InvalidDataException>(action).Message;
        Assert.StartsWith(FilePath, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
