namespace RobustVlm.Engine;

/// <summary>How many processor threads one tensor operation may use.</summary>
public static class Threads
{
    /// <summary>Threads of libtorch and of its matrix library together, at least one; starts at the number of cores.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below one.</exception>
    public static int Count
    {
        get => NativeEngine.Threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            NativeEngine.Threads = value;
        }
    }
}
