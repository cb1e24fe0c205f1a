using RobustVlm.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Sets;

/// <summary>How the sixteen sets are used, on tiny copies with the true layout.</summary>
public sealed class ZeroShotProtocolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-protocol-").FullName;

    // The first and the second class of each sample, as the published code words them.
    private static readonly Dictionary<string, string[]> s_expected = new()
    {
        ["cifar10"] = ["This is a photo of a airplane", "This is a photo of a automobile"],
        ["cifar100"] = [],
        ["stl10"] = [],
        ["sun397"] = ["This is a photo of a abbey", "This is a photo of a apartment building outdoor"],
        ["food101"] = ["A photo of apple pie, a type of food.", "A photo of waffles, a type of food."],
        ["oxford-pets"] = ["A photo of a abyssinian, a type of pet.", "A photo of a american bulldog, a type of pet."],
        ["flowers102"] = ["A photo of a pink primrose, a type of flower.", "A photo of a hard leaved pocket orchid, a type of flower."],
        ["dtd"] = ["A surface with a banded texture.", "A surface with a zigzagged texture."],
        ["eurosat"] = ["A centered satellite photo of annual crop land.", "A centered satellite photo of a forest."],
        ["fgvc-aircraft"] = ["A photo of a boeing 707-320, a type of aircraft.", "A photo of a dc-9-30, a type of aircraft."],
        ["tiny-imagenet"] = ["This is a photo of a goldfish", "This is a photo of a egyptian cat"],
        ["imagenet"] = ["This is a photo of a tench", "This is a photo of a goldfish"],
        ["caltech101"] = ["A photo of a accordion.", "A photo of a ant."],
        ["caltech256"] = ["A photo of a ak47.", "A photo of a clutter."],
        ["stanford-cars"] = [],
        ["pcam"] = ["Tthis is a photo of healthy lymph node tissue.", "This is a photo of lymph node tumor tissue."],
    };

    public static TheoryData<string> Names => [.. s_expected.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void They_come_in_the_papers_order() => Assert.Equal(s_expected.Keys, ZeroShotProtocol.All.Select(protocol => protocol.Name));

    [Theory, MemberData(nameof(Names))]
    public void Sentences_part_and_size(string name)
    {
        using var scope = NewDisposeScope();
        SampleSets.All[name].Write(_folder);
        var set = DataSetRegistry.Open(name, _folder);
        var protocol = ZeroShotProtocol.Find(name);

        var prompts = protocol.Prompts(set);
        var chosen = protocol.Choose(set, null, new Generator(1));

        Assert.Equal(set.Classes.Count, prompts.Count);
        Assert.Equal(s_expected[name], prompts.Take(s_expected[name].Length));
        Assert.All(prompts, prompt => Assert.DoesNotContain("{", prompt, StringComparison.Ordinal));
        Assert.NotEmpty(chosen);
        Assert.All(chosen, i => Assert.Equal(protocol.Split, set.Items[i].Split));
        Assert.Single(protocol.Choose(set, 1, new Generator(1)));
        var side = name switch { "cifar10" or "cifar100" => 32, "stl10" => 96, _ => 224 };
        Assert.Equal([3, side, side], set.ReadImage(chosen[0], protocol.Transform).shape);
    }

    [Fact]
    public void A_car_s_year_is_cut_off()
    {
        SampleSets.All["stanford-cars"].Write(_folder);

        var prompts = ZeroShotProtocol.Find("stanford-cars").Prompts(DataSetRegistry.Open("stanford-cars", _folder));

        Assert.All(prompts, prompt => Assert.DoesNotMatch("[0-9]{4}", prompt));
    }

    [Fact]
    public void Another_set_is_refused()
    {
        SampleSets.All["cifar10"].Write(_folder);
        var set = DataSetRegistry.Open("cifar10", _folder);

        Assert.Throws<ArgumentException>(() => ZeroShotProtocol.Source.Prompts(set));
        Assert.Throws<ArgumentException>(() => ZeroShotProtocol.Find("mnist"));
    }
}
