namespace RobustVlm.Torch.Interop;

/// <summary>
/// One reference to a native tensor, freed by the garbage collector when its owner was forgotten. Objects with a finalizer
/// are dear to make, so that an owner that disposes its reference hands this object back for the next tensor.
/// </summary>
internal sealed class NativeReference
{
    private const int PoolSize = 1024;

    [ThreadStatic]
    private static Pool? s_pool;

    private int _collections;

    private NativeReference()
    {
    }

    ~NativeReference() => Free();

    /// <summary>The native tensor; 0 when there is none any more.</summary>
    internal nint Handle { get; private set; }

    /// <summary>Takes over one reference.</summary>
    internal static NativeReference Of(nint handle)
    {
        var pool = s_pool ??= new Pool();
        NativeReference reference;
        if (pool.Count > 0)
        {
            ref var slot = ref pool.References[--pool.Count];
            reference = slot;
            slot = null!;   // a place that still named it would keep a forgotten tensor alive
        }
        else
        {
            reference = new NativeReference();
        }

        reference.Handle = handle;
        reference._collections = pool.Collections;
        NativeMemory.OnTensorCreated();
        return reference;
    }

    /// <summary>Frees the native tensor; the owner must have forgotten this object before.</summary>
    internal void Dispose()
    {
        Free();
        Recycle();
    }

    /// <summary>Gives the native reference away; the owner must have forgotten this object before.</summary>
    internal nint Take()
    {
        var handle = Handle;
        Handle = 0;
        NativeMemory.OnTensorFreed();
        Recycle();
        return handle;
    }

    private void Free()
    {
        var handle = Handle;
        if (handle != 0)
        {
            Handle = 0;
            _ = NativeMethods.rvt_tensor_release(handle);
            NativeMemory.OnTensorFreed();
        }
    }

    private void Recycle()
    {
        // After a collection the finalizer may be due already: the owner could have been found unreachable, and then have been
        // disposed by the finalizer of another object. It must not free a tensor that is not this object's any more.
        // The count noted at the start may be older than that start, which errs on the safe side.
        var pool = s_pool ??= new Pool();
        pool.Collections = GC.CollectionCount(0);
        if (_collections == pool.Collections && pool.Count < PoolSize)
        {
            pool.References[pool.Count++] = this;
        }
        else
        {
#pragma warning disable CA1816 // called by Dispose only, by way of the reference's owner
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        }
    }

    /// <summary>References of one thread that wait for their next tensor.</summary>
    private sealed class Pool
    {
        internal readonly NativeReference[] References = new NativeReference[PoolSize];
        internal int Count;

        /// <summary>Collections of garbage at the last time this thread looked.</summary>
        internal int Collections = GC.CollectionCount(0);
    }
}
