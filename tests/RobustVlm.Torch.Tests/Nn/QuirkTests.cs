using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>Names, orders and defaults that TorchSharp has and PyTorch has not, which source written for TorchSharp relies on.</summary>
public class QuirkTests
{
    [Fact]
    public void Linear_is_given_inputSize_outputSize_and_hasBias()
    {
        using var layer = nn.Linear(inputSize: 2, outputSize: 3, hasBias: false, device: null, dtype: ScalarType.Float64);

        Assert.Equal([3L, 2L], layer.weight.shape);
        Assert.Null(layer.bias);
    }

    [Fact]
    public void SGD_is_given_a_learningRate_and_Adam_an_lr()
    {
        using var p = new Parameter(zeros(1));
        using var sgd = optim.SGD(parameters: [p], learningRate: 0.5, momentum: 0.1, dampening: 0.2, weight_decay: 0.3, nesterov: false, maximize: true);
        using var adam = optim.Adam(parameters: [p], lr: 0.25, beta1: 0.8, beta2: 0.9, eps: 1e-7, weight_decay: 0.1, amsgrad: true, maximize: true);
        using var adamw = optim.AdamW([p]);
        using var rms = optim.RMSProp(parameters: [p], lr: 0.01, alpha: 0.9, eps: 1e-7, weight_decay: 0.1, momentum: 0.2, centered: true, maximize: true);

        Assert.Equal(0.5, sgd.ParamGroups.Single().LearningRate);
        Assert.Equal((0.8, 0.9), adam.Betas);
        Assert.Equal(0, ((AdamW.Options)adamw.state_dict().Options[0]).weight_decay); // 0.01 in PyTorch
        Assert.Equal(0.2, rms.Momentum);
    }

    [Fact]
    public void The_factory_of_the_cross_entropy_has_no_label_smoothing()
    {
        var names = typeof(nn).GetMethod(nameof(nn.CrossEntropyLoss))!.GetParameters().Select(parameter => parameter.Name);

        Assert.Equal(["weight", "ignore_index", "reduction"], names);
        Assert.Contains("label_smoothing", typeof(nn.functional).GetMethod(nameof(nn.functional.cross_entropy))!.GetParameters().Select(parameter => parameter.Name));
    }

    [Fact]
    public void Embedding_is_given_embedding_dims()
    {
        using var table = nn.Embedding(num_embeddings: 5, embedding_dims: 3, padding_idx: -1);

        Assert.Equal([5L, 3L], table.weight.shape);
        Assert.Equal(4, table.padding_idx);
    }

    [Fact]
    public void MultiheadAttention_is_given_an_embedded_dim_and_returns_a_tuple()
    {
        using var scope = NewDisposeScope();
        using var attention = nn.MultiheadAttention(embedded_dim: 4, num_heads: 2, dropout: 0.0, bias: true, add_bias_kv: false, add_zero_attn: false, kdim: null, vdim: null);
        var x = randn([3, 1, 4]);

        Tuple<Tensor, Tensor?> result = attention.call(x, x, x, key_padding_mask: null, need_weights: false, attn_mask: null);

        Assert.Equal([3L, 1L, 4L], result.Item1.shape);
        Assert.Null(result.Item2);
    }

    [Fact]
    public void LayerNorm_can_leave_out_its_bias()
    {
        using var norm = nn.LayerNorm(normalized_shape: 4, eps: 1e-6, elementwise_affine: true, bias: false);

        Assert.Equal(["weight"], norm.state_dict().Keys);
    }

    [Fact]
    public void GELU_is_given_an_Approximate()
    {
        using var exact = nn.GELU();
        using var fast = nn.GELU(GELU.Approximate.tanh, inplace: true);

        Assert.Equal(GELU.Approximate.none, exact.approximate);
        Assert.Equal(GELU.Approximate.tanh, fast.approximate);
        Assert.True(fast.inplace);
    }

    [Fact]
    public void A_parameter_empties_the_tensor_passed_in()
    {
        var data = zeros(2);

        using var parameter = nn.Parameter(data);

        Assert.True(data.IsInvalid);
        Assert.False(parameter.IsInvalid);
    }

    [Fact]
    public void The_state_dictionary_holds_live_tensors()
    {
        using var layer = nn.Linear(1, 1);
        using var noGrad = no_grad();

        layer.state_dict()["bias"].fill_(3);

        Assert.Equal(3, layer.bias!.ToSingle());
    }

    [Fact]
    public void Loading_returns_what_did_not_fit_but_throws_when_strict()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(1, 1);
        var state = new Dictionary<string, Tensor> { ["weight"] = zeros(1, 1), ["extra"] = zeros(1) };

        var (missing, unexpected) = layer.load_state_dict(state, strict: false);

        Assert.Equal(["bias"], missing);
        Assert.Equal(["extra"], unexpected);
        Assert.Throws<InvalidOperationException>(() => layer.load_state_dict(state));
    }

    [Fact]
    public void The_divergence_expects_logarithms_unless_told_otherwise()
    {
        using var scope = NewDisposeScope();
        var p = tensor([0.25f, 0.75f]).log();

        Assert.Equal(0, nn.KLDivLoss().call(p, p).ToSingle(), 6);
        Assert.Equal(nn.functional.kl_div(p, p, log_target: true).ToSingle(), nn.functional.kl_div(p, p).ToSingle());
    }

    [Fact]
    public void The_hinge_loss_has_margin_0_as_a_function_and_1_as_a_module()
    {
        using var scope = NewDisposeScope();
        var (x, target) = (tensor([0.25f]), tensor([-1f]));

        Assert.Equal(0, nn.functional.hinge_embedding_loss(x, target).ToSingle());
        Assert.Equal(0.75f, nn.HingeEmbeddingLoss().call(x, target).ToSingle());
    }

    [Fact]
    public void Sequential_hands_evaluation_mode_on()
    {
        using var scope = NewDisposeScope();
        using var chain = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.9)));

        chain.eval();

        var x = randn([4, 2]);
        Assert.True(chain.call(x).IsSameAs(chain.call(x)));
        chain.train();
        Assert.All(chain.modules(), module => Assert.True(module.training));
    }
}
