namespace TorchSharp;

/// <content>Spectra of short windows, and the windows.</content>
public static partial class torch
{
    public static Tensor stft(
        Tensor input,
        long n_fft,
        long hop_length = -1,
        long win_length = -1,
        Tensor? window = null,
        bool center = true,
        PaddingModes pad_mode = PaddingModes.Reflect,
        bool normalized = false,
        bool? onesided = null,
        bool? return_complex = null) =>
        Aten.stft_center(
            input, n_fft, hop_length < 0 ? null : hop_length, win_length < 0 ? null : win_length, window, center, NameOf(pad_mode), normalized, onesided, return_complex);

    public static Tensor istft(
        Tensor input,
        long n_fft,
        long hop_length = -1,
        long win_length = -1,
        Tensor? window = null,
        bool center = true,
        bool normalized = false,
        bool? onesided = null,
        long length = -1,
        bool return_complex = false) =>
        Aten.istft(
            input, n_fft, hop_length < 0 ? null : hop_length, win_length < 0 ? null : win_length, window, center, normalized, onesided, length < 0 ? null : length, return_complex);

    public static Tensor bartlett_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Recorded(Aten.bartlett_window_periodic(len, periodic, dtype, null, device), requires_grad);

    public static Tensor blackman_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Recorded(Aten.blackman_window_periodic(len, periodic, dtype, null, device), requires_grad);

    public static Tensor hamming_window(
        long len, bool periodic = true, float alpha = 0.54f, float beta = 0.46f, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Recorded(Aten.hamming_window_periodic_alpha_beta(len, periodic, alpha, beta, dtype, null, device), requires_grad);

    public static Tensor hann_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Recorded(Aten.hann_window_periodic(len, periodic, dtype, null, device), requires_grad);

    public static Tensor kaiser_window(long len, bool periodic = true, float beta = 12.0f, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Recorded(Aten.kaiser_window_beta(len, periodic, beta, dtype, null, device), requires_grad);

    internal static string NameOf(PaddingModes mode) => mode switch
    {
        PaddingModes.Reflect => "reflect",
        PaddingModes.Replicate => "replicate",
        PaddingModes.Circular => "circular",
        _ => "constant",
    };
}
