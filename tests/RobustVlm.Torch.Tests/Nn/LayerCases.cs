using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Nn;

/// <summary>How each layer of the reference files is made.</summary>
internal static class LayerCases
{
    public static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> All = new()
    {
        ["linear"] = () => nn.Linear(4, 3),
        ["linear_no_bias"] = () => nn.Linear(4, 3, hasBias: false),
        ["conv1d"] = () => nn.Conv1d(4, 2, 3, stride: 2, padding: 1),
        ["conv1d_same_reflect"] = () => nn.Conv1d(4, 2, 4, Padding.Same, padding_mode: PaddingModes.Reflect),
        ["conv2d"] = () => nn.Conv2d(4, 2, 3, stride: 2, padding: 1),
        ["conv2d_groups_dilation"] = () => nn.Conv2d(4, 4, (3, 1), padding: (2, 0), dilation: (2, 1), groups: 2, bias: false),
        ["conv2d_same"] = () => nn.Conv2d(4, 2, 2, Padding.Same),
        ["conv2d_circular"] = () => nn.Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Circular),
        ["conv_transpose2d"] = () => nn.ConvTranspose2d(4, 2, 3, stride: 2, padding: 1, output_padding: 1),
        ["layer_norm"] = () => nn.LayerNorm([2, 4]),
        ["layer_norm_plain"] = () => nn.LayerNorm(4, eps: 1e-3, elementwise_affine: false),
        ["group_norm"] = () => nn.GroupNorm(2, 4),
        ["batch_norm2d"] = () => nn.BatchNorm2d(4),
        ["batch_norm2d_average"] = () =>
        {
            var layer = nn.BatchNorm2d(4);
            layer.momentum = null;
            return layer;
        },
        ["batch_norm2d_eval"] = () => Evaluating(nn.BatchNorm2d(4)),
        ["batch_norm2d_no_stats"] = () => Evaluating(nn.BatchNorm2d(4, affine: false, track_running_stats: false)),
        ["embedding"] = () => nn.Embedding(5, 3, padding_idx: 1),
        ["dropout"] = () => nn.Dropout(0.3),
        ["dropout_eval"] = () => Evaluating(nn.Dropout(0.3)),
        ["gelu"] = () => nn.GELU(),
        ["gelu_tanh"] = () => nn.GELU(GELU.Approximate.tanh),
        ["relu"] = () => nn.ReLU(),
        ["silu"] = () => nn.SiLU(),
        ["sigmoid"] = () => nn.Sigmoid(),
        ["tanh"] = () => nn.Tanh(),
        ["softmax"] = () => nn.Softmax(1),
        ["log_softmax"] = () => nn.LogSoftmax(0),
        ["flatten"] = () => nn.Flatten(),
        ["identity"] = () => nn.Identity(),
        ["avg_pool2d"] = () => nn.AvgPool2d(3, 2, 1, count_include_pad: false),
        ["max_pool2d"] = () => nn.MaxPool2d(3, stride: 2, padding: 1),
        ["adaptive_avg_pool2d"] = () => nn.AdaptiveAvgPool2d((2, 3)),
        ["upsample_nearest"] = () => nn.Upsample(scale_factor: [2]),
        ["upsample_bilinear"] = () => nn.Upsample([7, 5], mode: UpsampleMode.Bilinear, align_corners: true),
        ["upsample_bicubic"] = () => nn.Upsample(scale_factor: [1.5], mode: UpsampleMode.Bicubic),
        ["sequential"] = () => nn.Sequential(nn.Conv2d(4, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)),
        ["relu6"] = () => nn.ReLU6(),
        ["leaky_relu"] = () => nn.LeakyReLU(0.2),
        ["prelu"] = () => nn.PReLU(4),
        ["elu"] = () => nn.ELU(0.7),
        ["selu"] = () => nn.SELU(),
        ["celu"] = () => nn.CELU(0.5),
        ["threshold"] = () => nn.Threshold(0.3, -2),
        ["mish"] = () => nn.Mish(),
        ["softplus"] = () => nn.Softplus(2, 1),
        ["log_sigmoid"] = () => nn.LogSigmoid(),
        ["tanhshrink"] = () => nn.Tanhshrink(),
        ["softsign"] = () => nn.Softsign(),
        ["hardtanh"] = () => nn.Hardtanh(-0.5, 1.2),
        ["hardsigmoid"] = () => nn.Hardsigmoid(),
        ["hardswish"] = () => nn.Hardswish(),
        ["hardshrink"] = () => nn.Hardshrink(0.4),
        ["softshrink"] = () => nn.Softshrink(0.4),
        ["softmin"] = () => nn.Softmin(-1),
        ["softmax2d"] = () => nn.Softmax2d(),
        ["glu"] = () => nn.GLU(1),
        ["dropout1d"] = () => nn.Dropout1d(0.4),
        ["alpha_dropout"] = () => nn.AlphaDropout(0.3),
        ["feature_alpha_dropout"] = () => nn.FeatureAlphaDropout(0.3),
        ["dropout1d_eval"] = () => Evaluating(nn.Dropout1d(0.4)),
        ["dropout2d"] = () => nn.Dropout2d(0.4),
        ["dropout3d_no_batch"] = () => nn.Dropout3d(0.4),
        ["conv3d"] = () => nn.Conv3d(2, 4, (1, 2, 2), stride: (1, 2, 1), padding: (0, 1, 1), groups: 2),
        ["conv3d_same"] = () => nn.Conv3d(2, 2, 2, Padding.Same, bias: false),
        ["conv2d_valid_no_batch"] = () => nn.Conv2d(2, 2, 2, Padding.Valid),
        ["conv_transpose1d"] = () => nn.ConvTranspose1d(2, 4, 3, stride: 2, padding: 1, output_padding: 1, groups: 2),
        ["conv_transpose3d"] = () => nn.ConvTranspose3d(2, 1, (1, 2, 2), stride: (1, 2, 1), dilation: (1, 1, 2)),
        ["batch_norm1d"] = () => nn.BatchNorm1d(4),
        ["batch_norm1d_sequence"] = () => nn.BatchNorm1d(4, momentum: 0.3),
        ["batch_norm1d_eval"] = () => Evaluating(nn.BatchNorm1d(4)),
        ["batch_norm3d"] = () => nn.BatchNorm3d(2),
        ["instance_norm1d"] = () => nn.InstanceNorm1d(3),
        ["instance_norm2d"] = () => nn.InstanceNorm2d(3, affine: true, track_running_stats: true),
        ["instance_norm2d_eval"] = () => Evaluating(nn.InstanceNorm2d(3, affine: true, track_running_stats: true)),
        ["instance_norm2d_no_batch"] = () => nn.InstanceNorm2d(3, affine: true),
        ["instance_norm3d"] = () => nn.InstanceNorm3d(2, eps: 1e-3),
        ["transformer_encoder_layer"] = () => nn.TransformerEncoderLayer(4, 2, 6, dropout: 0.2),
        ["transformer_encoder"] = () => new EncoderOfOneInput(),
        ["layer_norm_no_weight_bias_pair"] = () => nn.LayerNorm([3, 2], eps: 1e-3),
        ["avg_pool1d"] = () => nn.AvgPool1d(3, 2, 1, count_include_pad: false),
        ["avg_pool3d"] = () => nn.AvgPool3d((1, 2, 2), stride: (1, 2, 1), divisor_override: 3),
        ["max_pool1d"] = () => nn.MaxPool1d(3, 2, 1, dilation: 2, ceil_mode: true),
        ["max_pool3d"] = () => nn.MaxPool3d(2, stride: 1),
        ["adaptive_avg_pool1d"] = () => nn.AdaptiveAvgPool1d(3),
        ["adaptive_avg_pool3d"] = () => nn.AdaptiveAvgPool3d((1, 2, 2)),
        ["adaptive_max_pool1d"] = () => nn.AdaptiveMaxPool1d(3),
        ["adaptive_max_pool2d"] = () => nn.AdaptiveMaxPool2d([2, 1]),
        ["adaptive_max_pool3d"] = () => nn.AdaptiveMaxPool3d([1, 2, 2]),
        ["constant_pad1d"] = () => nn.ConstantPad1d((1, 2), 0.5),
        ["constant_pad2d"] = () => nn.ConstantPad2d((1, 0, 2, 1), -1.5),
        ["constant_pad3d"] = () => nn.ConstantPad3d(1, 2.0),
        ["reflection_pad1d"] = () => nn.ReflectionPad1d((2, 1)),
        ["reflection_pad2d"] = () => nn.ReflectionPad2d(1),
        ["reflection_pad3d"] = () => nn.ReflectionPad3d((1, 0, 0, 1, 1, 0)),
        ["replication_pad1d"] = () => nn.ReplicationPad1d(2),
        ["replication_pad2d"] = () => nn.ReplicationPad2d((0, 1, 2, 0)),
        ["replication_pad3d"] = () => nn.ReplicationPad3d(1),
        ["zero_pad2d"] = () => nn.ZeroPad2d((1, -1, 0, 2)),
        ["unflatten"] = () => nn.Unflatten(1, [2, -1]),
        ["pixel_shuffle"] = () => nn.PixelShuffle(2),
        ["pixel_unshuffle"] = () => nn.PixelUnshuffle(2),
        ["channel_shuffle"] = () => nn.ChannelShuffle(2),
        ["unfold"] = () => nn.Unfold((2, 3), padding: (1, 1), stride: (2, 2)),
        ["fold"] = () => nn.Fold((4, 5), (2, 2), stride: (1, 2), padding: (0, 1)),
    };

    private static T Evaluating<T>(T module)
        where T : nn.Module
    {
        module.eval();
        return module;
    }

    // The encoder takes three inputs; the tests call everything with one.
    private sealed class EncoderOfOneInput : nn.Module<Tensor, Tensor>
    {
        private readonly TransformerEncoder _encoder =
            nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 5, dropout: 0, activation: nn.Activations.GELU), 2);

        public EncoderOfOneInput()
            : base("Encoder") => RegisterComponents();

        public override Tensor forward(Tensor input) => _encoder.call(input);
    }
}
