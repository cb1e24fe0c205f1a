using System.Reflection;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Core.Operators;

/// <summary>Names, orders and defaults in which TorchSharp differs from PyTorch, and that programs written for it rely on.</summary>
public class TorchSharpQuirkTests
{
    public static TheoryData<Type, string, string> Signatures => new()
    {
        { typeof(functional), "conv1d", "input, weight, bias = null, stride = null, padding = null, dilation = null, groups = 1" },
        { typeof(functional), "conv2d", "input, weight, bias = null, strides = null, padding = null, dilation = null, groups = 1" },
        { typeof(functional), "conv3d", "input, weight, bias = null, strides = null, padding = null, dilation = null, groups = 1" },
        { typeof(functional), "conv_transpose2d", "input, weight, bias = null, strides = null, padding = null, output_padding = null, dilation = null, groups = 1" },
        { typeof(functional), "scaled_dot_product_attention", "query, key, value, attn_mask = null, p = 0, is_casual = False" },
        { typeof(functional), "kl_div", "input, target, log_target = True, reduction = Mean" },
        { typeof(functional), "huber_loss", "input, target, delta = 1, reduction = Mean" },
        { typeof(functional), "smooth_l1_loss", "input, target, reduction = Mean, beta = 1" },
        { typeof(functional), "nll_loss", "input, target, weight = null, reduction = Mean" },
        { typeof(functional), "binary_cross_entropy_with_logits", "input, target, weight = null, reduction = Mean, pos_weights = null" },
        { typeof(functional), "cross_entropy", "input, target, weight = null, ignore_index = -100, reduction = Mean, label_smoothing = 0" },
        { typeof(functional), "interpolate", "x, size = null, scale_factor = null, mode = Nearest, align_corners = null, recompute_scale_factor = False, antialias = False" },
        { typeof(functional), "alpha_dropout", "input, p = 0.5, training = False, inplace = False" },
        { typeof(functional), "celu", "x, alpha, inplace = False" },
        { typeof(functional), "triplet_margin_loss", "anchor, positive, negative, margin = 1, p = 2, eps = 1E-06, swap = False, reduction = Mean" },
        { typeof(functional), "instance_norm", "input, running_mean = null, running_var = null, weight = null, bias = null, use_input_stats = True, momentum = 0.1, eps = 1E-05" },
        { typeof(linalg), "svd", "input, fullMatrices = True" },
        { typeof(linalg), "qr", "input, mode = Reduced" },
        { typeof(linalg), "solve", "A, B, left = True" },
        { typeof(fft), "fft_", "input, n = -1, dim = -1, norm = Backward" },
        { typeof(Tensor), "histc", "bins = 100, min = 0, max = 0" },
        { typeof(Tensor), "as_strided", "size, strides, storageOffset = 0" },
        { typeof(Tensor), "nan_to_num", "nan = 0, posinf = null, neginf = null" },
        { typeof(Tensor), "bucketize", "boundaries, outInt32 = False, right = False" },
        { typeof(Tensor), "unique", "sorted = True, return_inverse = False, return_counts = False, dim = null" },
        { typeof(Tensor), "cumsum", "dim, type = null" },
        { typeof(TorchSharp.torch), "searchsorted", "sorted_sequence, values, out_int32 = False, right = False, sorter = null" },
        { typeof(TorchSharp.torch), "isclose", "tensor, other, rtol = 1E-05, atol = 1E-08, nanEqual = False" },
        { typeof(TorchSharp.torch), "allclose", "tensor, target, rtol = 1E-05, atol = 1E-08, equal_nan = False" },
        { typeof(TorchSharp.torch), "hamming_window", "len, periodic = True, alpha = 0.54, beta = 0.46, dtype = null, device = null, requires_grad = False" },
        { typeof(TorchSharp.torch), "tensordot", "a, b, dims = 2" },
    };

    [Theory, MemberData(nameof(Signatures))]
    public void Parameters_are_torchsharps(Type type, string method, string parameters)
    {
        var found = type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance).Where(m => m.Name == method).Select(Describe).ToArray();

        Assert.Contains(parameters, found);
    }

    [Fact]
    public void The_target_of_kl_div_is_logarithms_unless_said_otherwise()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new[] { 0.2, 0.8 }).log();
        var target = tensor(new[] { 0.5, 0.5 });

        var byHand = ((0.5 * Math.Log(0.5 / 0.2)) + (0.5 * Math.Log(0.5 / 0.8))) / 2;

        Assert.Equal(byHand, functional.kl_div(input, target.log()).ToDouble(), 12);
        Assert.Equal(byHand, functional.kl_div(input, target, log_target: false).ToDouble(), 12);
    }

    [Fact]
    public void Clamp_takes_numbers_or_tensors()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -2f, 0f, 2f });

        Assert.Equal([-1, 0, 1], x.clamp(-1, 1).ToArray<float>());
        Assert.Equal([-2, 0, 1], x.clamp(max: 1).ToArray<float>());
        Assert.Equal([0, 0, 1], clamp(x, zeros(3), ones(3)).ToArray<float>());
        Assert.Equal([0, 0, 2], clamp(x, min: zeros(3)).ToArray<float>());
    }

    [Fact]
    public void Interpolate_takes_sizes_and_factors_as_arrays()
    {
        using var scope = NewDisposeScope();
        var image = ones(1, 1, 4, 6);

        Assert.Equal([1, 1, 2, 9], functional.interpolate(image, scale_factor: [0.5, 1.5]).shape);
        Assert.Equal([1, 1, 8, 12], functional.interpolate(image, scale_factor: [2]).shape);
        Assert.Equal([1, 1, 3, 5], functional.interpolate(image, [3, 5]).shape);
    }

    [Fact]
    public void A_whole_number_behind_a_tensor_is_a_dimension_for_norm()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, 3);

        Assert.Equal([2], norm(x, 1).shape);
        Assert.Empty(norm(x, 1f).shape);
        Assert.Equal(6, norm(x, 1f).ToSingle());
    }

    [Fact]
    public void Equal_compares_elements_and_Equals_tensors()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f });

        Assert.Equal([true, false], equal(x, ones(2)).ToArray<bool>());
        Assert.True(x.Equals(x.clone()));
        Assert.False(x.Equals(ones(2)));
    }

    [Fact]
    public void Minus_one_is_all_elements_for_quantiles_and_the_default_size_for_transforms()
    {
        using var scope = NewDisposeScope();
        var x = arange(6.0).view(2, 3);

        Assert.Empty(x.nanquantile(tensor(0.5f), dim: -1).shape);
        Assert.Equal([2, 3], fft.fft_(x).shape);
        Assert.Equal([3, 3], vander(arange(3)).shape);
    }

    [Fact]
    public void A_number_is_put_at_an_index()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 2);

        x.index_put_(3, 0, TensorIndex.Colon);
        x.index_put_(4.5, x.eq(0));

        Assert.Equal([3, 3, 4.5f, 4.5f], x.ToArray<float>());
    }

    private static string Describe(MethodInfo method) => string.Join(", ", method.GetParameters().Select(p => p.HasDefaultValue ? $"{p.Name} = {Default(p)}" : p.Name));

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        object value when parameter.ParameterType.IsEnum => Enum.ToObject(parameter.ParameterType, value).ToString()!,   // enumerations have names
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        object other => other.ToString()!,   // a truth value
    };
}
