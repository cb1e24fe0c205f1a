namespace RobustVlm.Kernel.Protocol;

/// <summary>The Jupyter channels that carry messages.</summary>
internal enum KernelChannel
{
    Shell,
    Control,
    Stdin,
    IOPub,
}
