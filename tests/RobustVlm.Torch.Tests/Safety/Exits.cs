using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>States in which a process may end; the caller returns from Main right afterwards.</summary>
internal static class Exits
{
    private static readonly List<Tensor> s_kept = [];

    internal static void Prepare(string state)
    {
        switch (state)
        {
            case "live tensors":
                s_kept.AddRange(Enumerable.Range(0, 1_000).Select(_ => ones(100).requires_grad_() * 2));
                _ = NewDisposeScope();
                break;
            case "running threads":
                for (var i = 0; i < 4; i++)
                {
                    new Thread(Work) { IsBackground = true }.Start();
                }

                Thread.Sleep(300);
                break;
            case "pending finalizers":
                for (var i = 0; i < 50_000; i++)
                {
                    _ = ones(4);
                }

                new Thread(() =>
                {
                    while (true)
                    {
                        GC.Collect();
                    }
                })
                { IsBackground = true }.Start();
                Thread.Sleep(20);
                break;
            case "error on a thread":
                var thread = new Thread(() => ones(2, 3).matmul(ones(2, 3)));
                thread.Start();
                thread.Join();
                break;
            default:
                throw new ArgumentException($"'{state}' is unknown.", nameof(state));
        }
    }

    private static void Work()
    {
        while (true)
        {
            using var scope = NewDisposeScope();
            var x = rand(100, 100).requires_grad_();
            x.mm(x).sum().backward();
        }
    }
}
