namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Something with a learning rate.</summary>
        public interface ILearningRateController
        {
            /// <summary>Step size.</summary>
            double LearningRate { get; set; }

            /// <summary>Step size at the start, from which schedulers count.</summary>
            double InitialLearningRate { get; set; }
        }

        /// <summary>Something with a momentum.</summary>
        public interface IMomentum
        {
            /// <summary>Share of the previous step in the next.</summary>
            double Momentum { get; set; }
        }

        /// <summary>Something with Adam's two decay rates.</summary>
        public interface IBetas
        {
            /// <summary>Decay of the mean gradient and of the mean squared gradient.</summary>
            (double, double) Betas { get; set; }
        }
    }
}
