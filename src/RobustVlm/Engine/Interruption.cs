namespace RobustVlm.Engine;

/// <summary>Lets the user stop a long loop: a notebook's interrupt button, or Ctrl-C.</summary>
public static class Interruption
{
    /// <summary>Leaves the loop when the user asked for it; call it once per step.</summary>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static void ThrowIfRequested() => NativeEngine.ThrowIfInterrupted();

    /// <summary>Asks every loop to stop at its next step; may be called from any thread, e.g. a Ctrl-C handler.</summary>
    public static void Request() => NativeEngine.SetInterrupted(true);

    /// <summary>Takes the request back, so that new work can start.</summary>
    public static void Clear() => NativeEngine.SetInterrupted(false);
}
