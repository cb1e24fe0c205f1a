using System.Text.Json;
using RobustVlm.Torch.Tests.Core;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>
/// Functions and loss modules against PyTorch. <c>Reference/functions.json</c> and <c>Reference/losses.json</c> were made with Debian's python3-torch 1.13: random inputs,
/// the function's output, and the gradients of the sum of outputs times cos(0, 1, 2, ...).
/// </summary>
public class FunctionParityTests
{
    private static readonly Dictionary<string, JsonElement> Reference =
        new[] { "functions.json", "losses.json" }.SelectMany(Stored.Cases).ToDictionary();

    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Cases = new()
    {
        ["cross_entropy"] = x => functional.cross_entropy(x[0], x[1]),
        ["cross_entropy_smooth_weighted"] = x => functional.cross_entropy(x[0], x[1], x[2].detach(), label_smoothing: 0.1, reduction: Reduction.Sum),
        ["cross_entropy_ignore_none"] = x => functional.cross_entropy(x[0], x[1], ignore_index: 2, reduction: Reduction.None),
        ["cross_entropy_probabilities"] = x => functional.cross_entropy(x[0], x[1].detach()),
        ["nll_loss"] = x => functional.nll_loss(x[0], x[1]),
        ["mse_loss"] = x => functional.mse_loss(x[0], x[1]),
        ["l1_loss"] = x => functional.l1_loss(x[0], x[1]),
        ["l1_loss_sum"] = x => functional.l1_loss(x[0], x[1], Reduction.Sum),
        ["smooth_l1_loss"] = x => functional.smooth_l1_loss(x[0], x[1], beta: 0.5),
        ["binary_cross_entropy"] = x => functional.binary_cross_entropy(x[0], x[1].detach()),
        ["bce_with_logits"] = x => functional.binary_cross_entropy_with_logits(x[0], x[1].detach(), pos_weights: x[2].detach()),
        ["kl_div_log_target"] = x => functional.kl_div(x[0], x[1]),
        ["kl_div"] = x => functional.kl_div(x[0], x[1], log_target: false, Reduction.Sum),
        ["normalize"] = x => functional.normalize(x[0]),
        ["normalize_p1"] = x => functional.normalize(x[0], p: 1, dim: 0),
        ["cosine_similarity"] = x => functional.cosine_similarity(x[0], x[1]),
        ["softplus"] = x => functional.softplus(x[0], 2, 1),
        ["leaky_relu"] = x => functional.leaky_relu(x[0], 0.2),
        ["softmax"] = x => functional.softmax(x[0], -1),
        ["one_hot"] = x => functional.one_hot(x[0], 4),
        ["one_hot_auto"] = x => functional.one_hot(x[0]),
        ["pad_constant"] = x => functional.pad(x[0], (1, 2, 0, 1), value: 1.5),
        ["pad_reflect"] = x => functional.pad(x[0], (2, 1, 1, 0), PaddingModes.Reflect),
        ["pad_replicate"] = x => functional.pad(x[0], [2, 1, 1, 0], PaddingModes.Replicate),
        ["pad_circular"] = x => functional.pad(x[0], (2, 1, 1, 0), PaddingModes.Circular),
        ["interpolate_nearest"] = x => functional.interpolate(x[0], [3, 4]),
        ["interpolate_nearest_exact"] = x => functional.interpolate(x[0], scale_factor: [1.7], mode: InterpolationMode.NearestExact),
        ["interpolate_bilinear"] = x => functional.interpolate(x[0], scale_factor: [0.6, 1.3], mode: InterpolationMode.Bilinear),
        ["interpolate_bilinear_recomputed"] = x => functional.interpolate(x[0], scale_factor: [0.65, 1.3], mode: InterpolationMode.Bilinear, recompute_scale_factor: true),
        ["interpolate_antialias"] = x => functional.interpolate(x[0], [3, 3], mode: InterpolationMode.Bilinear, antialias: true),
        ["interpolate_bicubic_corners"] = x => functional.interpolate(x[0], [7, 4], mode: InterpolationMode.Bicubic, align_corners: true),
        ["interpolate_area"] = x => functional.interpolate(x[0], [2, 3], mode: InterpolationMode.Area),
        ["interpolate_linear"] = x => functional.interpolate(x[0], [7], mode: InterpolationMode.Linear),
        ["grid_sample"] = x => functional.grid_sample(x[0], x[1]),
        ["grid_sample_nearest_border"] = x => functional.grid_sample(x[0], x[1], GridSampleMode.Nearest, GridSamplePaddingMode.Border, align_corners: true),
        ["grid_sample_reflection"] = x => functional.grid_sample(x[0], x[1], padding_mode: GridSamplePaddingMode.Reflection),
        ["affine_grid"] = x => functional.affine_grid(x[0], [1, 2, 2, 3]),
        ["max_pool2d"] = x => functional.max_pool2d(x[0], (2, 3), stride: (1, 2), dilation: (2, 1), ceil_mode: true),
        ["avg_pool2d"] = x => functional.avg_pool2d(x[0], (2, 3), padding: (1, 0), divisor_override: 5),
        ["adaptive_avg_pool2d"] = x => functional.adaptive_avg_pool2d(x[0], 2),
        ["unfold"] = x => functional.unfold(x[0], (2, 3), padding: (1, 1), stride: (2, 2)),
        ["pixel_shuffle"] = x => functional.pixel_shuffle(x[0], 2),
        ["pixel_unshuffle"] = x => functional.pixel_unshuffle(x[0], 2),
        ["sdpa"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2]),
        ["sdpa_bool"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2], x[3].to(ScalarType.Bool)),
        ["sdpa_float"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2], x[3]),
        ["sdpa_causal"] = x => functional.scaled_dot_product_attention(x[0], x[1], x[2], is_casual: true),
        ["conv1d"] = x => functional.conv1d(x[0], x[1], x[2], stride: 2, padding: 1),
        ["conv2d"] = x => functional.conv2d(x[0], x[1], x[2], [2, 2], [1, 1]),
        ["conv_transpose2d"] = x => functional.conv_transpose2d(x[0], x[1], strides: [2]),
        ["cosine_embedding_loss"] = x => CosineEmbeddingLoss(0.2).call(x[0], x[1], x[2]),
        ["hinge_embedding_loss"] = x => HingeEmbeddingLoss(0.8).call(x[0], x[1]),
        ["huber_loss"] = x => HuberLoss(0.7, Reduction.Sum).call(x[0], x[1]),
        ["smooth_l1_loss_module"] = x => SmoothL1Loss(beta: 0.5).call(x[0], x[1]),
        ["margin_ranking_loss"] = x => MarginRankingLoss(0.3).call(x[0], x[1], x[2]),
        ["multi_label_margin_loss"] = x => MultiLabelMarginLoss(Reduction.None).call(x[0], x[1]),
        ["multilabel_soft_margin_loss"] = x => MultiLabelSoftMarginLoss().call(x[0], x[1].to(ScalarType.Float32)),
        ["multilabel_soft_margin_loss_none"] = x => MultiLabelSoftMarginLoss(reduction: Reduction.None).call(x[0], x[1].to(ScalarType.Float32)),
        ["multi_margin_loss"] = x => MultiMarginLoss(2, 0.7).call(x[0], x[1]),
        ["soft_margin_loss"] = x => SoftMarginLoss(Reduction.Sum).call(x[0], x[1].to(ScalarType.Float32)),
        ["poisson_nll_loss"] = x => PoissonNLLLoss(full: true).call(x[0], x[1].to(ScalarType.Float32)),
        ["triplet_margin_loss"] = x => TripletMarginLoss(0.5, swap: true).call(x[0], x[1], x[2]),
        ["triplet_margin_with_distance_loss"] = x => TripletMarginWithDistanceLoss((a, b) => 1 - functional.cosine_similarity(a, b), 0.5, swap: true).call(x[0], x[1], x[2]),
        ["triplet_margin_with_default_distance"] = x => TripletMarginWithDistanceLoss(reduction: Reduction.None).call(x[0], x[1], x[2]),
        ["bce_loss"] = x => BCELoss().call(x[0], x[1].to(ScalarType.Float32)),
        ["cosine_similarity_module"] = x => CosineSimilarity(dim: 0).call(x[0], x[1]),
        ["pairwise_distance"] = x => PairwiseDistance(1.5, keepdim: true).call(x[0], x[1]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Fact]
    public void Every_stored_function_is_tested() => Assert.Equal(Reference.Keys.Order(), Cases.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_outputs_and_gradients_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var reference = Reference[name];
        var inputs = reference.GetProperty("inputs").EnumerateArray()
            .Select(x => x.GetProperty("long").GetBoolean() ? ReferenceData.Tensor(x).to(ScalarType.Int64) : ReferenceData.Tensor(x).requires_grad_())
            .ToArray();

        var output = Cases[name](inputs);

        Stored.Equal(reference.GetProperty("output"), output, "output", 5e-6);
        var gradients = reference.GetProperty("gradients").EnumerateArray().ToArray();
        if (Array.Exists(gradients, gradient => gradient.ValueKind != JsonValueKind.Null))
        {
            Stored.WeightedSum(output).backward();
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (gradients[i].ValueKind != JsonValueKind.Null)
            {
                Stored.Equal(gradients[i], inputs[i].grad, $"gradient {i}", 1e-5);
            }
        }
    }

    [Fact]
    public void Bad_arguments_are_refused_in_one_sentence()
    {
        using var scope = NewDisposeScope();
        var image = zeros(1, 1, 4, 4);

        Refused("size or scale_factor", () => functional.interpolate(image));
        Refused("2 numbers, not 3", () => functional.interpolate(image, [1, 2, 3]));
        Refused("align_corners", () => functional.interpolate(image, [2], align_corners: true));
        Refused("Linear does not work", () => functional.interpolate(image, [2], mode: InterpolationMode.Linear));
        Refused("antialias", () => functional.interpolate(image, [2], antialias: true));
        Refused("Int64", () => functional.one_hot(zeros(3)));
        Refused("mask or is_casual", () => functional.scaled_dot_product_attention(image, image, image, zeros(4, 4), is_casual: true));
        Refused("more than one value per channel", () => functional.batch_norm(zeros(1, 3, 1, 1), null, null, training: true));
    }

    [Fact]
    public void In_place_variants_change_the_input_and_return_an_object_of_its_own()
    {
        using var x = tensor([-1f, 2f]);

        using (var y = functional.relu(x, inplace: true))
        {
            Assert.NotSame(x, y);
        }

        Assert.Equal([0f, 2f], x.data<float>().ToArray());
    }

    private static void Refused(string part, Func<Tensor> action) =>
        Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
