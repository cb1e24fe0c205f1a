using TorchSharp;
#if TORCHSHARP_PACKAGE
using System.Runtime.CompilerServices;
#else
using RobustVlm.Torch;
#endif

namespace RobustVlm.Engine;

/// <summary>The calls that our binding has and TorchSharp lacks; the only file that knows which of them is in use.</summary>
internal static class NativeEngine
{
#if TORCHSHARP_PACKAGE
    internal static string Name => "TorchSharp";

    internal static string LibTorchVersion => torch.__version__;

    internal static string Configuration => "";

    internal static bool CpuHasFastBFloat16 => false;

    internal static bool IsAutocastEnabled => false;

    internal static int Threads
    {
        get => torch.get_num_threads();
        set => torch.set_num_threads(value);
    }

    internal static string? OpenBlasCore => null;

    internal static long LiveTensors => torch.Tensor.TotalCount;

    internal static long? LiveBytes => null;

    internal static long? PeakBytes => null;

    internal static IDisposable Autocast(bool enabled, torch.ScalarType type, DeviceType device)
    {
        // TorchSharp has no autocast: everything stays float32, which is slower and never wrong.
        return new Nothing();
    }

    internal static string? OneDnnIsa => null;

    internal static int? BlasThreads => null;

    internal static void ResetPeak()
    {
    }

    internal static IDisposable RegisterHook(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor?> hook) => GradientTap.Register(tensor, hook);

    internal static bool NeedsGradient(torch.autograd.AutogradContext context, int tensorIndex) => true;

    internal static bool HasAttention => false;

    internal static torch.Tensor Attention(torch.Tensor joined, int heads, torch.Tensor? mask) => throw new NotSupportedException();

    internal static bool HasBlock => false;

    internal static bool HasHooks(torch.nn.Module module) => throw new NotSupportedException();

    internal static torch.Tensor? Block(
        torch.Tensor tokens, ReadOnlySpan<torch.Tensor?> parameters, int heads, (double First, double Second) epsilons, bool quick, torch.Tensor? mask) => null;

    internal static IReadOnlyList<torch.Tensor> Checkpoint(
        Func<IReadOnlyList<torch.Tensor>, IReadOnlyList<torch.Tensor>> segment, IReadOnlyList<torch.Tensor> inputs, IReadOnlyList<torch.Generator>? generators) =>
        segment(inputs);

    internal static void ThrowIfInterrupted()
    {
        if (InterruptFlag.Value)
        {
            throw new OperationCanceledException("Interrupted.");
        }
    }

    internal static void SetInterrupted(bool requested) => InterruptFlag.Value = requested;

    // The notebook kernel publishes its flag under this name.
    private static readonly StrongBox<bool> InterruptFlag =
        AppContext.GetData("Notebook.Interrupted") as StrongBox<bool> ?? new StrongBox<bool>();

    internal static IDisposable PutOffInterrupts() => new Nothing();

    // TorchSharp's layers always draw their start values: slower, and never wrong.
    internal static IDisposable SkipInitialization() => new Nothing();

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
#else
    internal static string Name => "RobustVlm.Torch";

    internal static string LibTorchVersion => Runtime.LibTorchVersion;

    internal static string Configuration => Runtime.Configuration;

    internal static bool CpuHasFastBFloat16 => Runtime.CpuHasFastBFloat16;

    internal static bool IsAutocastEnabled => Runtime.IsAutocastEnabled;

    internal static int Threads
    {
        get => Runtime.Threads;
        set => Runtime.Threads = value;
    }

    internal static string? OpenBlasCore => Runtime.OpenBlasCore;

    internal static long LiveTensors => Runtime.LiveTensors;

    internal static long? LiveBytes => Runtime.LiveBytes;

    internal static long? PeakBytes => Runtime.PeakBytes;

    internal static IDisposable Autocast(bool enabled, torch.ScalarType type, DeviceType device) =>
        Runtime.Autocast(enabled, type, device);

    internal static string? OneDnnIsa => Runtime.OneDnnIsa;

    internal static int? BlasThreads => Runtime.OpenBlasThreads;

    internal static void ResetPeak() => Runtime.ResetPeak();

    internal static IDisposable RegisterHook(torch.Tensor tensor, Func<torch.Tensor, torch.Tensor?> hook) => TensorHook.Register(tensor, hook);

    internal static bool NeedsGradient(torch.autograd.AutogradContext context, int tensorIndex) => Runtime.NeedsGradient(context, tensorIndex);

    internal static bool HasAttention => true;

    internal static torch.Tensor Attention(torch.Tensor joined, int heads, torch.Tensor? mask) => Runtime.Attention(joined, heads, mask);

    internal static bool HasBlock => true;

    internal static bool HasHooks(torch.nn.Module module) => Runtime.HasHooks(module);

    internal static torch.Tensor? Block(
        torch.Tensor tokens, ReadOnlySpan<torch.Tensor?> parameters, int heads, (double First, double Second) epsilons, bool quick, torch.Tensor? mask) =>
        Runtime.TransformerBlock(tokens, parameters, heads, epsilons, quick, mask, inputOnly: true);

    internal static IReadOnlyList<torch.Tensor> Checkpoint(
        Func<IReadOnlyList<torch.Tensor>, IReadOnlyList<torch.Tensor>> segment, IReadOnlyList<torch.Tensor> inputs, IReadOnlyList<torch.Generator>? generators) =>
        RobustVlm.Torch.Checkpoint.Run(segment, inputs, generators);

    internal static void ThrowIfInterrupted() => Runtime.ThrowIfInterrupted();

    internal static IDisposable PutOffInterrupts() => Runtime.PutOffInterrupts();

    internal static IDisposable SkipInitialization() => Runtime.SkipInitialization();

    internal static void SetInterrupted(bool requested)
    {
        if (requested)
        {
            Runtime.RequestInterrupt();
        }
        else
        {
            Runtime.ClearInterrupt();
        }
    }
#endif
}
