using RobustVlm.Torch.Tests.Nn;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Optim;

/// <summary>Optimizers that are saved, loaded and go on.</summary>
public class OptimizerStateTests
{
    private static readonly Dictionary<string, Func<Parameter[], OptimizerHelper>> Cases = new()
    {
        ["sgd"] = p => optim.SGD(p, 0.01),
        ["sgd_momentum"] = p => optim.SGD(p, 0.005, momentum: 0.9, dampening: 0.1, weight_decay: 0.1),
        ["sgd_nesterov"] = p => optim.SGD(p, 0.005, momentum: 0.8, nesterov: true),
        ["adam"] = p => optim.Adam(p, 0.05),
        ["adam_amsgrad"] = p => optim.Adam(p, 0.05, 0.8, 0.95, weight_decay: 0.1, amsgrad: true),
        ["adamw"] = p => optim.AdamW(p, 0.05, weight_decay: 0.1),
        ["rmsprop"] = p => optim.RMSProp(p, 0.01),
        ["rmsprop_centered_momentum"] = p => optim.RMSProp(p, 0.01, 0.9, weight_decay: 0.05, momentum: 0.5, centered: true),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Five_steps_a_file_and_five_steps_are_ten_steps(string name)
    {
        using var scope = NewDisposeScope();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var whole = Start();
        using var straight = Cases[name](whole);
        Run(straight, whole, 0, 10);
        var first = Start();
        using var before = Cases[name](first);
        Run(before, first, 0, 5);
        before.save_state_dict(file);

        var second = first.Select(parameter => new Parameter(parameter.detach().clone())).ToArray();
        using var after = Cases[name](second);
        after.load_state_dict(file);
        Run(after, second, 5, 5);

        File.Delete(file);
        Assert.All(whole.Zip(second), pair => Assert.True(pair.First.IsSameAs(pair.Second)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_can_be_handed_from_optimizer_to_optimizer(string name)
    {
        using var scope = NewDisposeScope();
        var first = Start();
        using var before = Cases[name](first);
        Run(before, first, 0, 5);
        var second = first.Select(parameter => new Parameter(parameter.detach().clone())).ToArray();
        using var after = Cases[name](second);

        after.load_state_dict(before.state_dict());

        var (one, two) = (before.state_dict(), after.state_dict());
        Assert.All(one.State.Zip(two.State), pair => Assert.True(pair.First.ApproximatelyEquals(pair.Second)));
        Run(before, first, 5, 1);
        Run(after, second, 5, 1);
        Assert.All(first.Zip(second), pair => Assert.True(pair.First.IsSameAs(pair.Second)));
    }

    [Fact]
    public void State_survives_a_change_of_the_models_type_and_back()
    {
        using var scope = NewDisposeScope();
        using var moved = nn.Linear(3, 2);
        using var stayed = nn.Linear(3, 2);
        stayed.load_state_dict(moved.state_dict());
        using var a = optim.Adam(moved.parameters(), 0.1);
        using var b = optim.Adam(stayed.parameters(), 0.1);
        foreach (var (model, optimizer) in new[] { (moved, a), (stayed, b) })
        {
            model.call(ones(1, 3)).sum().backward();
            optimizer.step();
        }

        moved.@double();
        moved.@float();
        a.step();
        b.step();
        moved.@double();
        moved.call(ones([1, 3], ScalarType.Float64)).sum().backward();
        a.step();
        stayed.call(ones(1, 3)).sum().backward();
        b.step();

        Assert.Equal(ScalarType.Float64, ((Adam.State)a.state_dict().State[0]).exp_avg.dtype);
        Assert.True(moved.weight.@float().allclose(stayed.weight));
    }

    [Fact]
    public void The_dictionary_lists_options_and_state_by_group()
    {
        using var scope = NewDisposeScope();
        var p = Start();
        using var optimizer = optim.AdamW([new AdamW.ParamGroup(p[..1], 0.1), new AdamW.ParamGroup(p[1..], 0.2)], 0.3);
        Run(optimizer, p, 0, 2);

        var state = optimizer.state_dict();

        Assert.Equal([0.1, 0.2], state.Options.Select(options => options.LearningRate!.Value));
        Assert.Equal([[0], [1, 2]], state.StateIndexRef);
        Assert.All(state.State, entry => Assert.Equal(2, ((AdamW.State)entry).step));
        Assert.Same(state.State[0], optimizer.state_dict().State[0]);
    }

    [Fact]
    public void Learning_rates_changed_by_a_scheduler_are_part_of_the_state()
    {
        using var scope = NewDisposeScope();
        using var before = optim.SGD(Start(), 0.5);
        optim.lr_scheduler.StepLR(before, 1, 0.1).step();
        using var after = optim.SGD(Start(), 7);

        after.load_state_dict(before.state_dict());

        Assert.Equal(0.05, after.ParamGroups.Single().LearningRate, 12);
        Assert.Equal(0.5, after.ParamGroups.Single().InitialLearningRate, 12);
    }

    [Fact]
    public void State_that_does_not_fit_is_refused_and_nothing_changes()
    {
        using var scope = NewDisposeScope();
        var p = Start();
        using var optimizer = optim.Adam(p, 0.1);
        Run(optimizer, p, 0, 1);
        using var fewer = optim.Adam(Start()[..2]);
        using var other = optim.AdamW(Start());
        using var reversed = optim.Adam(Start().Reverse());
        Run(reversed, [.. reversed.parameters().Reverse()], 0, 1);

        Assert.Contains("1 groups and 2 parameters", Assert.Throws<ArgumentException>(() => optimizer.load_state_dict(fewer.state_dict())).Message, StringComparison.Ordinal);
        Assert.Contains("state of AdamW", Assert.Throws<ArgumentException>(() => optimizer.load_state_dict(other.state_dict())).Message, StringComparison.Ordinal);
        Assert.Contains("in the order", Assert.Throws<ArgumentException>(() => optimizer.load_state_dict(reversed.state_dict())).Message, StringComparison.Ordinal);
        Assert.Equal(1, ((Adam.State)optimizer.state_dict().State[0]).step);
        Assert.Equal(0.1, optimizer.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void Damaged_and_foreign_data_are_refused_in_one_sentence_and_nothing_changes()
    {
        using var scope = NewDisposeScope();
        var p = Start();
        using var optimizer = optim.Adam(p, 0.1);
        Run(optimizer, p, 0, 3);
        using var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        var bytes = stream.ToArray();
        using var target = optim.Adam(Start(), 0.7);
        using var foreign = optim.SGD(Start(), 0.7);

        for (var length = 0; length < bytes.Length; length += 7)
        {
            using var cut = new BinaryReader(new MemoryStream(bytes, 0, length));
            var error = Assert.Throws<InvalidDataException>(() => target.load_state_dict(cut));
            Assert.Contains("cannot be loaded", error.Message, StringComparison.Ordinal);
        }

        using var whole = new BinaryReader(new MemoryStream(bytes));
        Assert.Contains("Adam, not of SGD", Assert.Throws<InvalidDataException>(() => foreign.load_state_dict(whole)).Message, StringComparison.Ordinal);
        Assert.Equal(0.7, target.ParamGroups.Single().LearningRate);
        Assert.Equal(0, ((Adam.State)target.state_dict().State[0]).step);
        Assert.Contains("no file", Assert.Throws<FileNotFoundException>(() => target.load_state_dict("missing.bin")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bytes_are_those_of_TorchSharp()
    {
        using var scope = NewDisposeScope();
        var p = new Parameter(ones(2));
        using var optimizer = optim.SGD([p], 0.5, momentum: 0.25);
        p.grad = tensor([1f, 2f]);
        optimizer.step();
        using var stream = new MemoryStream();

        optimizer.save_state_dict(new BinaryWriter(stream));

        using var expected = new MemoryStream();
        using var writer = new BinaryWriter(expected);
        writer.Write("SGD");
        writer.Write((byte)1); // groups
        writer.Write((byte)1); // parameters
        foreach (var number in new[] { 0.5, 0.5, 0.25, 0, 0 })
        {
            writer.Write(number); // initial rate, rate, momentum, dampening, weight decay
        }

        writer.Write(false); // nesterov
        writer.Write(false); // maximize
        writer.Write(true); // a momentum buffer follows: Float32, one dimension of 2
        writer.Write([6, 1, 2]);
        writer.Write(1f);
        writer.Write(2f);
        Assert.Equal(expected.ToArray(), stream.ToArray());
    }

    private static Parameter[] Start() =>
    [
        new(tensor(new[,] { { 1f, -2f }, { 0.5f, 3f } })),
        new(tensor([0.3f, -0.7f, 1.1f])),
        new(tensor(2f)),
    ];

    private static void Run(optim.Optimizer optimizer, Parameter[] p, int start, int steps)
    {
        for (var step = start; step < start + steps; step++)
        {
            using var scope = NewDisposeScope();
            var loss = ((p[0].matmul(tensor([1f, 2f])) - 1).pow(2).sum() * p[2].pow(2)) + (p[1] * (step + 1)).cos().sum();
            foreach (var parameter in p)
            {
                parameter.grad = null;
            }

            loss.backward();
            if (step % 4 == 3)
            {
                p[1].grad = null;
            }

            optimizer.step();
        }
    }
}
