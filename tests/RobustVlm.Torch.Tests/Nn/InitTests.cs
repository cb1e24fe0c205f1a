using System.Text.Json;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary><c>Reference/init.json</c>: each function of torch.nn.init of Debian's python3-torch 1.13 on a 4 x 5 (x 3)
/// tensor after <c>torch.manual_seed(9)</c>.</summary>
public class InitTests
{
    private static readonly Dictionary<string, JsonElement> Reference = Stored.Cases("init.json");

    private static readonly Dictionary<string, Func<Tensor, Generator?, Tensor>> Cases = new()
    {
        ["uniform_"] = (t, g) => init.uniform_(t, -2, 3, g),
        ["normal_"] = (t, g) => init.normal_(t, 1, 0.5, g),
        ["trunc_normal_"] = (t, g) => init.trunc_normal_(t, 0.1, 0.5, -0.6, 0.7, g),
        ["xavier_uniform_"] = (t, g) => init.xavier_uniform_(t, 1.5, g),
        ["xavier_normal_"] = (t, g) => init.xavier_normal_(t, 1, g),
        ["kaiming_uniform_"] = (t, g) => init.kaiming_uniform_(t, 0.3, init.FanInOut.FanIn, init.NonlinearityType.LeakyReLU, g),
        ["kaiming_normal_"] = (t, g) => init.kaiming_normal_(t, 0, init.FanInOut.FanOut, init.NonlinearityType.ReLU, g),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Draws_the_numbers_of_PyTorch_from_the_default_and_from_a_given_generator(string name)
    {
        using var scope = NewDisposeScope();
        var stored = Reference[name];
        var shape = stored.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();

        manual_seed(9);
        var byDefault = Cases[name](empty(shape), null);
        using var generator = new Generator(9);
        var given = Cases[name](empty(shape), generator);

        Stored.Equal(stored, byDefault, name);
        Stored.Equal(stored, given, name);
    }

    [Fact]
    public void A_given_generator_leaves_the_default_one_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var expected = rand([3]);
        using var generator = new Generator(4);

        manual_seed(1);
        init.kaiming_normal_(empty(4, 4), 0, init.FanInOut.FanIn, init.NonlinearityType.LeakyReLU, generator);
        var actual = rand([3]);

        Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Fact]
    public void Large_weights_have_the_promised_mean_and_deviation()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);

        var normal = init.kaiming_normal_(empty(400, 500), nonlinearity: init.NonlinearityType.ReLU);
        var uniform = init.xavier_uniform_(empty(400, 500));
        var cut = init.trunc_normal_(empty(400, 500), std: 0.02, a: -0.03, b: 0.03);
        var linear = nn.Linear(500, 400).weight;

        Assert.Equal(Math.Sqrt(2.0 / 500), normal.std().ToDouble(), 3);
        Assert.Equal(Math.Sqrt(2.0 / 900), uniform.std().ToDouble(), 3);
        Assert.InRange(cut.abs().max().ToDouble(), 0.0299, 0.03);
        Assert.Equal(1 / Math.Sqrt(500), linear.abs().max().ToDouble(), 4);
        Assert.Equal(0, linear.mean().ToDouble(), 3);
    }

    [Fact]
    public void A_vector_has_no_fan_in()
    {
        using var vector = zeros(3);

        var error = Assert.Throws<ArgumentException>(() => init.kaiming_uniform_(vector));

        Assert.Contains("at least 2 dimensions, not 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_start_values_are_NaN_until_loaded_and_draw_nothing()
    {
        using var scope = NewDisposeScope();
        using var source = new SmallModel();
        manual_seed(5);
        var expected = rand(3);
        manual_seed(5);

        SmallModel model;
        using (Runtime.SkipInitialization())
        {
            model = new SmallModel();
        }

        Assert.True(rand(3).IsSameAs(expected));
        Assert.True(model.First.weight.isnan().all().ToBoolean());
        Assert.Equal(1, model.Norm.running_var![0].ToSingle());
        model.load_state_dict(source.state_dict());
        var input = randn([2, 4]);
        Assert.True(source.call(input).IsSameAs(model.call(input)));
        using var afterwards = nn.Linear(2, 2);
        Assert.False(afterwards.weight.isnan().any().ToBoolean());
    }

    [Fact]
    public void Skipping_ends_on_its_own_thread_and_does_not_reach_others()
    {
        var nested = Runtime.SkipInitialization();
        Exception? elsewhere = null;
        var filled = false;
        var other = new Thread(() =>
        {
            using var layer = nn.Linear(2, 2);
            using var values = layer.weight.isnan();
            filled = !values.any().ToBoolean();
            elsewhere = Record.Exception(nested.Dispose);
        });
        other.Start();
        other.Join();
        nested.Dispose();
        nested.Dispose();

        Assert.True(filled);
        Assert.IsType<InvalidOperationException>(elsewhere);
        using var layer = nn.Linear(2, 2);
        Assert.False(layer.weight.isnan().any().ToBoolean());
    }
}
