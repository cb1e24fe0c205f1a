namespace RobustVlm.Kernel.Notebooks;

/// <summary>The kernel process did not start or ended; the message is one sentence, followed by the kernel's last words if it had any.</summary>
internal sealed class KernelException(string message) : Exception(message);
