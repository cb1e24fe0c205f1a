namespace TorchSharp;

public static partial class torch
{
    /// <summary>Graphics cards.</summary>
    public static class cuda
    {
        /// <summary>Whether libtorch can use a card.</summary>
        public static bool is_available() => device_count() > 0;

        /// <summary>Number of cards libtorch can use; 0 for a build without CUDA.</summary>
        public static int device_count() => RobustVlm.Torch.Runtime.CudaDevices;
    }
}
