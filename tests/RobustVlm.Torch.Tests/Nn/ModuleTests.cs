using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

public class ModuleTests
{
    [Fact]
    public void Fields_are_registered_in_order_and_the_state_is_in_PyTorchs_order()
    {
        using var model = new DerivedModel();

        // PyTorch: own parameters, own buffers, then module by module in the order of assignment.
        Assert.Equal(
            [
                "scale", "offset", "fc1.weight", "fc1.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var",
                "norm.num_batches_tracked", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "last.weight", "last.bias",
            ],
            model.state_dict().Keys);
        Assert.Equal(["fc1", "norm", "blocks", "blocks.0", "blocks.1", "last"], model.named_modules().Select(entry => entry.name));
        Assert.Equal(["fc1", "norm", "blocks", "last"], model.named_children().Select(entry => entry.name));
        Assert.Equal(["scale"], model.named_parameters(recurse: false).Select(entry => entry.name));
        Assert.Equal(10, model.parameters().Count());
        Assert.Equal(["offset", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"], model.named_buffers().Select(entry => entry.name));
        Assert.Equal("m.scale", model.state_dict(prefix: "m").Keys.First());
    }

    [Fact]
    public void Automatic_properties_are_registered_under_their_names()
    {
        using var model = new CapturingModel(nn.Linear(2, 2));

        Assert.Equal(["Layer.weight", "Layer.bias"], model.state_dict().Keys);
    }

    [Fact]
    public void Components_are_found_by_their_keys()
    {
        using var model = new SmallModel();

        Assert.Same(model.Blocks[0].weight, model.get_parameter("blocks.0.weight"));
        Assert.Same(model.Norm.running_var, model.get_buffer("norm.running_var"));
        Assert.True(model.has_parameter("scale"));
        Assert.False(model.has_parameter("blocks.7.weight"));
        Assert.False(model.has_buffer("scale"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tied_weights_count_once_and_keep_both_keys(bool sameObject)
    {
        using var model = new TiedModel(sameObject);

        Assert.Equal(["token_embedding.weight"], model.named_parameters().Select(entry => entry.name));
        Assert.Equal(["token_embedding.weight", "output.weight"], model.state_dict().Keys);

        using var optimizer = optim.SGD(model.parameters(), 0.5);
        using var before = model.get_parameter("output.weight")!.detach().clone();
        using var input = tensor(new long[] { 0, 3 });
        model.call(input).sum().backward();
        optimizer.step();
        using var moved = model.get_parameter("token_embedding.weight")! - model.get_parameter("output.weight")!;
        Assert.Equal(0, moved.abs().max().ToDouble());
        Assert.False(before.allclose(model.get_parameter("output.weight")!));
    }

    [Fact]
    public void A_list_of_modules_in_a_field_is_refused()
    {
        foreach (var make in new Func<nn.Module>[] { () => new ListModel(), () => new ArrayModel(), () => new DictionaryModel(), () => new TupleModel(), () => new InterfaceListModel(), () => new NestedModel() })
        {
            var error = Assert.Throws<InvalidOperationException>(make);

            Assert.Contains("Field 'layers'", error.Message, StringComparison.Ordinal);
            Assert.Contains("ModuleList", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Forgetting_to_register_is_noticed()
    {
        using var model = new ForgetfulModel();

        var error = Assert.Throws<InvalidOperationException>(() => model.parameters());

        Assert.Contains("Field 'fc' of ForgetfulModel", error.Message, StringComparison.Ordinal);
        Assert.Contains("RegisterComponents()", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => model.state_dict());
        Assert.Throws<InvalidOperationException>(() => model.train());
        Assert.Throws<InvalidOperationException>(() => model.to(ScalarType.Float64));
    }

    [Fact]
    public void A_field_set_after_registration_is_noticed()
    {
        using var model = new LateModel();
        Assert.Empty(model.parameters());

        model.Layer = nn.Linear(2, 2);

        Assert.Throws<InvalidOperationException>(() => model.parameters());
    }

    [Fact]
    public void A_list_that_was_never_looked_at_is_noticed_at_first_use()
    {
        using var model = new ForgetfulListModel();

        var error = Assert.Throws<InvalidOperationException>(() => model.parameters());

        Assert.Contains("Field 'layers' of ForgetfulListModel", error.Message, StringComparison.Ordinal);
        Assert.Contains("ModuleList", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_modules_that_are_registered_by_hand_is_welcome()
    {
        using var model = new HandRegisteredModel();

        Assert.Equal(["layer0.weight", "layer0.bias", "layer1.weight", "layer1.bias"], model.state_dict().Keys);
    }

    [Fact]
    public void A_buffer_field_that_was_given_another_tensor_is_noticed()
    {
        using var scope = NewDisposeScope();
        using var model = new BufferModel();
        model.Table.fill_(2);
        Assert.Equal(2, model.state_dict()["Table"][0].ToSingle());
        model.Cache = zeros(3);
        Assert.DoesNotContain("Cache", model.state_dict().Keys);

        model.Table = zeros(2);

        Assert.Contains("copy_", Assert.Throws<InvalidOperationException>(() => model.state_dict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_fields_of_one_name_are_refused() =>
        Assert.Contains("'fc1'", Assert.Throws<InvalidOperationException>(() => new ShadowingModel()).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_must_be_free_and_without_dots()
    {
        using var model = new SmallModel();
        using var other = nn.Linear(1, 1);

        Assert.Throws<InvalidOperationException>(() => model.register_module("fc1", other));
        Assert.Throws<ArgumentException>(() => model.register_module("a.b", other));
        Assert.Throws<ArgumentException>(() => model.register_buffer("", zeros(1)));
        Assert.Throws<ArgumentException>(() => model.register_module("self", model));
    }

    [Fact]
    public void Training_mode_and_apply_reach_every_module()
    {
        using var model = new SmallModel();
        Assert.True(model.training);

        model.eval();

        Assert.All(model.modules().Append(model), module => Assert.False(module.training));
        model.train();
        Assert.All(model.modules().Append(model), module => Assert.True(module.training));
        var seen = new List<string>();
        model.apply(module => seen.Add(module.GetName()));
        Assert.Equal(["Linear", "BatchNorm2d", "Linear", "Linear", "ModuleList", "SmallModel"], seen);
    }

    [Fact]
    public void Zero_grad_drops_or_fills_gradients()
    {
        using var model = nn.Linear(2, 1);
        model.call(ones(1, 2)).sum().backward();

        model.zero_grad(set_to_none: false);
        Assert.Equal(0, model.weight.grad!.abs().sum().ToDouble());

        model.zero_grad();
        Assert.Null(model.weight.grad);
    }

    [Fact]
    public void Conversion_keeps_the_objects_and_leaves_integers_alone()
    {
        using var model = new SmallModel();
        model.register_buffer("hidden", zeros(2), persistent: false);
        var weight = model.First.weight;
        model.call(ones(2, 4)).sum().backward();
        var expected = weight.detach().to(ScalarType.Float64);
        var gradient = weight.grad!.to(ScalarType.Float64);

        var returned = model.to(ScalarType.Float64);

        Assert.Same(model, returned);
        Assert.Same(weight, model.First.weight);
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
        Assert.Equal(ScalarType.Float64, model.Offset.dtype);
        Assert.Equal(ScalarType.Float64, model.get_buffer("hidden")!.dtype);
        Assert.Equal(ScalarType.Int64, model.Norm.num_batches_tracked!.dtype);
        Assert.True(weight.is_leaf && weight.requires_grad);
        Assert.True(expected.allclose(weight) && gradient.allclose(weight.grad!));
        model.call(ones([2, 4], ScalarType.Float64)).sum().backward();
        Assert.True((gradient * 2).allclose(weight.grad!));
        Assert.Throws<ArgumentException>(() => model.to(ScalarType.Int64));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tied_weights_stay_tied_when_the_model_moves(bool sameObject)
    {
        using var model = new TiedModel(sameObject);

        model.half();
        model.get_parameter("output.weight")!.detach().fill_(7);

        Assert.Equal(ScalarType.Float16, model.get_parameter("token_embedding.weight")!.dtype);
        using var other = model.get_parameter("token_embedding.weight")!.@float();
        Assert.Equal(7, other[0, 0].ToSingle());
        Assert.Single(model.parameters());
    }

    [Fact]
    public void Layers_without_data_can_be_made_but_neither_loaded_nor_made_of_others()
    {
        using var empty = nn.Linear(4, 3, device: META);
        using var full = nn.Linear(4, 3);

        Assert.Equal([3L, 4L], empty.weight.shape);
        Assert.Equal(DeviceType.META, empty.weight.device_type);
        Assert.Contains("no room for numbers", Assert.Throws<InvalidOperationException>(() => empty.load_state_dict(full.state_dict())).Message, StringComparison.Ordinal);
        Assert.Contains("device: META", Assert.Throws<ArgumentException>(() => full.to(META)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_made_in_a_scope_outlive_it_and_Dispose_frees_everything()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Runtime.LiveTensors;
        SmallModel model;
        using (NewDisposeScope())
        {
            model = new SmallModel();
        }

        Assert.Equal(before + model.state_dict().Count, Runtime.LiveTensors);
        model.Dispose();

        Assert.Equal(before, Runtime.LiveTensors);
        Assert.True(model.Scale.IsInvalid);
    }

    [Fact]
    public void A_parameter_takes_over_its_data()
    {
        using var scope = NewDisposeScope();
        var data = arange(3).to(ScalarType.Float32);

        var parameter = new Parameter(data);
        var frozen = nn.Parameter(zeros(2), requires_grad: false);
        var cut = nn.Parameter(parameter * 2);

        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad && parameter.is_leaf);
        Assert.False(frozen.requires_grad);
        Assert.True(cut.is_leaf);
        Assert.Equal([0f, 2f, 4f], cut.detach().data<float>().ToArray());
    }

    [Fact]
    public void Prints_as_a_tree()
    {
        using var model = nn.Sequential(("fc", nn.Linear(2, 3)), ("act", nn.ReLU()));

        Assert.Equal("Sequential(\n  (fc): Linear(weight [3, 2], bias [3])\n  (act): ReLU()\n)", model.ToString());
    }

    private abstract class Unfinished(string name) : nn.Module<Tensor, Tensor>(name)
    {
        public override Tensor forward(Tensor input) => input.alias();
    }

    private sealed class ListModel : Unfinished
    {
        private readonly List<Linear> layers = [];

        public ListModel()
            : base("List")
        {
            RegisterComponents();
            layers.Add(nn.Linear(1, 1));
        }
    }

    private sealed class ArrayModel : Unfinished
    {
        private readonly nn.Module<Tensor, Tensor>[] layers = [nn.ReLU()];

        public ArrayModel()
            : base("Array") => RegisterComponents();

        public int Count => layers.Length;
    }

    private sealed class DictionaryModel : Unfinished
    {
        private readonly Dictionary<string, Linear> layers = new() { ["a"] = nn.Linear(1, 1) };

        public DictionaryModel()
            : base("Dictionary") => RegisterComponents();

        public int Count => layers.Count;
    }

    private sealed class TupleModel : Unfinished
    {
        private readonly (Linear A, Parameter B) layers = (nn.Linear(1, 1), nn.Parameter(zeros(1)));

        public TupleModel()
            : base("Tuple") => RegisterComponents();

        public Linear A => layers.A;
    }

    private sealed class InterfaceListModel : Unfinished
    {
        private readonly List<nn.IModule<Tensor, Tensor>> layers = [nn.ReLU()];

        public InterfaceListModel()
            : base("Interface") => RegisterComponents();

        public int Count => layers.Count;
    }

    private sealed class ForgetfulModel : Unfinished
    {
        private readonly Linear fc = nn.Linear(1, 1);

        public ForgetfulModel()
            : base("Forgetful")
        {
        }

        public long Width => fc.in_features;
    }

    private sealed class NestedModel : Unfinished
    {
        private readonly Dictionary<string, (int Width, Linear Layer)[]> layers = new() { ["a"] = [(1, nn.Linear(1, 1))] };

        public NestedModel()
            : base("Nested") => RegisterComponents();

        public int Count => layers.Count;
    }

    private sealed class ForgetfulListModel : Unfinished
    {
        private readonly List<nn.Module> layers = [nn.Linear(1, 1)];

        public ForgetfulListModel()
            : base("ForgetfulList")
        {
        }

        public int Count => layers.Count;
    }

    private sealed class HandRegisteredModel : Unfinished
    {
        private readonly Linear[] layers = [nn.Linear(1, 1), nn.Linear(1, 1)];

        public HandRegisteredModel()
            : base("HandRegistered")
        {
            for (var i = 0; i < layers.Length; i++)
            {
                register_module($"layer{i}", layers[i]);
            }

            RegisterComponents();
        }
    }

    private sealed class BufferModel : Unfinished
    {
        public BufferModel()
            : base("Buffer") => RegisterComponents();

        public Tensor Table { get; set; } = zeros(2);

        public Tensor? Cache { get; set; }
    }

    private sealed class LateModel : Unfinished
    {
        public LateModel()
            : base("Late") => RegisterComponents();

        public Linear? Layer { get; set; }
    }

    private sealed class ShadowingModel : SmallModel
    {
        private readonly Linear fc1 = nn.Linear(1, 1);

        public ShadowingModel() => RegisterComponents();

        public long Width => fc1.in_features;
    }
}
