namespace RobustVlm.Torch.Tests.Safety;

/// <summary>A thread that collects garbage and runs finalizers all the time, until disposed.</summary>
internal sealed class CollectorStress : IDisposable
{
    private readonly Thread _thread;
    private bool _stop;

    internal CollectorStress()
    {
        _thread = new Thread(() =>
        {
            while (!Volatile.Read(ref _stop))
            {
                GC.Collect();
                Thread.Sleep(1);   // back-to-back collections would keep the other threads from ever running managed code
            }
        });
        _thread.Start();
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        _thread.Join();
    }
}
