using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What stands between the linear layers of a transformer.</summary>
        public enum Activations
        {
            ReLU = 0,
            GELU = 1,
        }

        /// <inheritdoc cref="Modules.TransformerEncoderLayer"/>
        /// <param name="d_model">Width of the model, a multiple of the heads.</param>
        /// <param name="nhead">Number of heads.</param>
        /// <param name="dim_feedforward">Width between the two linear layers.</param>
        /// <param name="dropout">Dropout probability in training.</param>
        /// <param name="activation">What stands between the two linear layers.</param>
        public static TransformerEncoderLayer TransformerEncoderLayer(
            long d_model = 512, long nhead = 8, long dim_feedforward = 2048, double dropout = 0.1, Activations activation = Activations.ReLU) =>
            new(d_model, nhead, dim_feedforward, dropout, activation);

        /// <inheritdoc cref="Modules.TransformerEncoder"/>
        /// <param name="encoder_layer">The layer; it is copied, not used itself.</param>
        /// <param name="num_layers">Number of copies, at least 1.</param>
        public static TransformerEncoder TransformerEncoder(TransformerEncoderLayer encoder_layer, long num_layers) => new(encoder_layer, num_layers);
    }
}
