namespace TorchSharp;

public static partial class torch
{
    /// <content>Spectra of short windows.</content>
    public unsafe partial class Tensor
    {
        public Tensor stft(
            long n_fft,
            long hop_length = -1,
            long win_length = -1,
            Tensor? window = null,
            bool center = true,
            PaddingModes pad_mode = PaddingModes.Reflect,
            bool normalized = false,
            bool? onesided = null,
            bool? return_complex = null) =>
            torch.stft(this, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided, return_complex);

        public Tensor istft(
            long n_fft,
            long hop_length = -1,
            long win_length = -1,
            Tensor? window = null,
            bool center = true,
            bool normalized = false,
            bool? onesided = null,
            long length = -1,
            bool return_complex = false) =>
            torch.istft(this, n_fft, hop_length, win_length, window, center, normalized, onesided, length, return_complex);
    }
}
