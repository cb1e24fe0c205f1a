namespace RobustVlm.Kernel.Protocol;

/// <summary>Socket types with libzmq's own numbers.</summary>
internal enum ZmqSocketType
{
    Pair = 0,
    Publish = 1,
    Subscribe = 2,
    Reply = 4,
    Dealer = 5,
    Router = 6,
}
