using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Safety.Fuzz;

/// <summary>
/// The child: calls every target in turn with seeded arguments, and writes down each call before making it, so that whoever
/// finds the process dead knows what killed it. Call <c>i</c> is the same in every run with the same seed.
/// </summary>
internal sealed class Fuzzer(IReadOnlyList<FuzzTarget> targets, int seed, string folder, HashSet<string> skipped) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FileStream _journal = new(Path.Combine(folder, "journal"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
    private readonly StreamWriter _bad = new(Path.Combine(folder, "bad"), append: true) { AutoFlush = true };
    private long _returned;
    private long _threw;
    private long _callStarted;

    /// <summary>Runs calls from <paramref name="from"/> up to <paramref name="to"/> and leaves in the journal how many returned and how many threw.</summary>
    internal void Run(long from, long to)
    {
        new Thread(Watch) { IsBackground = true }.Start();
        for (var i = from; i < to; i++)
        {
            var target = targets[(int)(i % targets.Count)];
            if (skipped.Contains(target.Name))
            {
                continue;
            }

            Call(target, i);
        }

        Note(to, "end");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal.Dispose();
        _bad.Dispose();
    }

    private void Call(FuzzTarget target, long index)
    {
        using var scope = NewDisposeScope();
        var random = new Random(unchecked((int)((index * 2654435761L) ^ (seed * 40503L))));
        var source = new FuzzArguments(random);
        var (arguments, text) = source.For(target);
        Note(index, text);
        Volatile.Write(ref _callStarted, Stopwatch.GetTimestamp());
        try
        {
            Use(target.Invoke(arguments), random);
            _returned++;
        }
        catch (Exception e) when (Complaint(e) is null || (e is NullReferenceException && source.BrokeNullability))
        {
            _threw++;
        }
        catch (Exception e)
        {
            _bad.WriteLine($"{index}\t{text}\t{e.GetType().Name}: {Complaint(e)}: {e.Message.ReplaceLineEndings("\\n")}\t{e.StackTrace?.ReplaceLineEndings(" <- ")}");
        }
        finally
        {
            Volatile.Write(ref _callStarted, 0);
        }
    }

    // Results are read, and differentiated where that is possible: a view beyond its storage shows only then.
    private static void Use(object? result, Random random)
    {
        switch (result)
        {
            case Tensor { IsInvalid: false } tensor when tensor.device_type == DeviceType.CPU:
                if (tensor.numel() < 1 << 20)
                {
                    using var copy = tensor.clone();
                    if (tensor.requires_grad && random.Next(2) == 0)
                    {
                        autograd.backward([tensor], [ones_like(tensor)]);
                    }
                }

                break;
            case ITuple tuple:
                for (var i = 0; i < tuple.Length; i++)
                {
                    Use(tuple[i], random);
                }

                break;
            case Tensor[] many:
                Array.ForEach(many, tensor => Use(tensor, random));
                break;
            case nn.Module<Tensor, Tensor> module:
                using (module)
                {
                    var (input, _) = new FuzzTensors(random).Make("input", wild: true);
                    Use(module.call(input), random);
                }

                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    // What is wrong with an error as a message to a user; null when nothing is.
    private static string? Complaint(Exception e)
    {
        var message = e is ArgumentOutOfRangeException ? e.Message.Replace("\nActual value was", " Actual value was", StringComparison.Ordinal) : e.Message;
        return e is not (TorchException or ArgumentException or InvalidOperationException or NotSupportedException or OverflowException or IOException) ? "unexpected kind"
            : string.IsNullOrWhiteSpace(message) ? "no message"
            : message.AsSpan().ContainsAny('\n', '\r') ? "more than a line"
            : message.Contains("report a bug", StringComparison.Ordinal) ? "internal assertion"
            : null;
    }

    private void Note(long index, string text)
    {
        var line = Encoding.UTF8.GetBytes($"{index}\t{_returned}\t{_threw}\t{text}\n");
        RandomAccess.Write(_journal.SafeFileHandle, line, 0);
    }

    private void Watch()
    {
        while (true)
        {
            Thread.Sleep(500);
            var started = Volatile.Read(ref _callStarted);
            if (started != 0 && Stopwatch.GetElapsedTime(started) > Patience)
            {
                File.WriteAllText(Path.Combine(folder, "hang"), "");
                Process.GetCurrentProcess().Kill();
            }
        }
    }
}
