namespace RobustVlm.Kernel.Protocol;

/// <summary>A message and the channel it came on.</summary>
internal sealed record ReceivedMessage(KernelChannel Channel, Message Message);
