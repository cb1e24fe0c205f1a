using RobustVlm.Torch.Interop;

namespace RobustVlm.Torch;

/// <summary>Keeps autocast from reusing casts of weights made elsewhere: a segment that is run twice must make its own.</summary>
internal sealed unsafe class AutocastCacheOff : IDisposable
{
    private readonly int _before;

    internal AutocastCacheOff()
    {
        int before;
        NativeError.Check(NativeMethods.rvt_autocast_cache(&before));
        _before = before;
        NativeError.Check(NativeMethods.rvt_set_autocast_cache(0));
    }

    public void Dispose() => NativeError.Check(NativeMethods.rvt_set_autocast_cache(_before));
}
