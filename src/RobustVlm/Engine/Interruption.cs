namespace RobustVlm.Engine;

/// <summary>Lets the user stop a long loop: a notebook's interrupt button, or Ctrl-C.</summary>
public static class Interruption
{
    /// <summary>Leaves the loop when the user asked for it; call it once per step.</summary>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static void ThrowIfRequested() => NativeEngine.ThrowIfInterrupted();

    /// <summary>Until the returned scope ends, tensor operations on this thread go on in spite of a request: for what must not stop half-way.</summary>
    /// <returns>The scope; keep it short. <see cref="ThrowIfRequested"/> is not affected.</returns>
    /// <remarks>With the TorchSharp package operations never notice a request, so nothing is put off.</remarks>
    public static IDisposable PutOff() => NativeEngine.PutOffInterrupts();

    /// <summary>Asks every loop to stop at its next step; may be called from any thread, e.g. a Ctrl-C handler.</summary>
    public static void Request() => NativeEngine.SetInterrupted(true);

    /// <summary>Takes the request back, so that new work can start.</summary>
    public static void Clear() => NativeEngine.SetInterrupted(false);
}
