namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Sets elements to 0 with probability p and scales the rest by 1/(1-p); gives the input when not training.</summary>
            /// <param name="input">Float tensor of any shape [...].</param>
            /// <param name="p">Probability of 0, from 0 to 1.</param>
            /// <param name="training">Whether to do anything.</param>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.dropout_(input, p, training).alias() : Aten.dropout(input, p, training);

            /// <summary>The same for whole channels of sequences [N, C, L] or [C, L].</summary>
            /// <inheritdoc cref="dropout"/>
            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                DropChannels(input, p, training, inplace, withoutBatch: 2);

            /// <summary>The same for whole channels of images [N, C, H, W].</summary>
            /// <inheritdoc cref="dropout"/>
            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                DropChannels(input, p, training, inplace, withoutBatch: null);

            /// <summary>The same for whole channels of volumes [N, C, D, H, W] or [C, D, H, W].</summary>
            /// <inheritdoc cref="dropout"/>
            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                DropChannels(input, p, training, inplace, withoutBatch: 4);

            /// <summary>Dropout that keeps mean and variance of normal inputs. Does nothing unless training is true.</summary>
            /// <inheritdoc cref="dropout"/>
            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                inplace ? Aten.alpha_dropout_(input, p, training).alias() : Aten.alpha_dropout(input, p, training);

            /// <summary>The same for whole channels [N, C, ...]. Does nothing unless training is true.</summary>
            /// <inheritdoc cref="dropout"/>
            public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                inplace ? Aten.feature_alpha_dropout_(input, p, training).alias() : Aten.feature_alpha_dropout(input, p, training);

            // The operator takes the second dimension for the channels, so an input without a batch gets one.
            private static Tensor DropChannels(Tensor input, double p, bool training, bool inplace, int? withoutBatch)
            {
                ArgumentNullException.ThrowIfNull(input);
                if (input.dim() == withoutBatch)
                {
                    using var batch = Aten.unsqueeze(input, 0);
                    using var dropped = DropChannels(batch, p, training, inplace, withoutBatch: null);
                    return Aten.squeeze_dim(dropped, 0);
                }

                return inplace ? Aten.feature_dropout_(input, p, training).alias() : Aten.feature_dropout(input, p, training);
            }
        }
    }
}
