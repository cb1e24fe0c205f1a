using System.Diagnostics;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Data.Sets;

/// <summary>One run of a loader: threads that fill batches in order, at most a fixed number ahead of the reader.</summary>
internal sealed unsafe class LoaderWork : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);   // how often a waiting reader looks for an interruption

    private readonly ImageSet _set;
    private readonly int[] _order;
    private readonly ImageLoaderOptions _options;
    private readonly object _gate = new();
    private readonly Dictionary<int, Slot> _slots = [];
    private readonly Thread[] _threads;
    private Exception? _failure;
    private int _next;
    private int _taken;
    private bool _stopped;

    internal LoaderWork(ImageSet set, int[] order, ImageLoaderOptions options, int threads)
    {
        (_set, _order, _options) = (set, order, options);
        _threads = new Thread[Math.Min(threads, Math.Max(1, order.Length))];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"image loader {i}" };
            _threads[i].Start();
        }
    }

    internal int BatchCount => (int)((_order.Length + (long)_options.BatchSize - 1) / _options.BatchSize);

    /// <summary>Waits for a batch.</summary>
    /// <returns>The batch, or null when all its images were skipped.</returns>
    internal ImageBatch? Take(int number, List<SkippedImage> skipped, CancellationToken cancellation)
    {
        Slot slot;
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            while (!_slots.TryGetValue(number, out slot!) || slot.Remaining > 0)
            {
                ThrowIfFailed();
                cancellation.ThrowIfCancellationRequested();
                Interruption.ThrowIfRequested();
                Monitor.Wait(_gate, s_patience);
            }

            _slots.Remove(number);
            _taken = number + 1;
            Monitor.PulseAll(_gate);
        }

        try
        {
            return Finish(number, slot, skipped);
        }
        finally
        {
            slot.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var slot in _slots.Values)
        {
            slot.Dispose();
        }
    }

    private ImageBatch? Finish(int number, Slot slot, List<SkippedImage> skipped)
    {
        var good = new List<int>();
        for (var i = 0; i < slot.Problems.Length; i++)
        {
            var index = _order[(number * _options.BatchSize) + i];
            if (slot.Problems[i] is not { } problem)
            {
                good.Add(i);
                continue;
            }

            if (!_options.SkipBadFiles || !IsBadFile(problem))
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(problem);
            }

            skipped.Add(new SkippedImage(index, _set.Items[index].Key, problem.Message));
        }

        if (good.Count == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var (images, masks) = (slot.Images, slot.Masks);
        if (good.Count < slot.Problems.Length)
        {
            var kept = tensor(good.Select(i => (long)i).ToArray());
            (images, masks) = (images.index_select(0, kept), masks?.index_select(0, kept));
        }
        else
        {
            slot.HandOver();
        }

        int[] indices = [.. good.Select(i => _order[(number * _options.BatchSize) + i])];
        var labels = _set.Items[0].Findings.Count > 0 ? _set.Targets(indices, _options.Policy) : _set.Labels(indices);
        return new ImageBatch(images.DetachFromDisposeScope(), labels.DetachFromDisposeScope(), masks?.DetachFromDisposeScope(), indices);
    }

    private static bool IsBadFile(Exception problem) => problem is InvalidDataException or IOException or UnauthorizedAccessException;

    private void Run()
    {
        while (TryClaim() is var (slot, number, place) && slot is not null)
        {
            try
            {
                Fill(slot, _order[number * _options.BatchSize + place], place);
            }
#pragma warning disable CA1031 // handed to the reader, who throws it at its place in the order
            catch (Exception e)
#pragma warning restore CA1031
            {
                slot.Problems[place] = e;
            }

            lock (_gate)
            {
                slot.Remaining--;
                if (slot.Remaining == 0)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    // What goes wrong before there is a batch to keep it in ends the run at the reader.
    private (Slot? Slot, int Number, int Place) TryClaim()
    {
        try
        {
            return Claim();
        }
#pragma warning disable CA1031 // handed to the reader
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _failure ??= e;
                _stopped = true;
                Monitor.PulseAll(_gate);
            }

            return default;
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            var (count, transform) = (Math.Min(_options.BatchSize, _order.Length), _options.Transform);
            throw new InvalidOperationException(
                $"There is not enough memory for a batch of {count} images of {transform.Size}x{transform.Size} pixels; use a smaller BatchSize, Ahead or size.", _failure);
        }
    }

    private (Slot? Slot, int Number, int Place) Claim()
    {
        lock (_gate)
        {
            while (!_stopped && _next < _order.Length && _next / _options.BatchSize >= (long)_taken + _options.Ahead)
            {
                Monitor.Wait(_gate);
            }

            if (_stopped || _next >= _order.Length)
            {
                return default;
            }

            var (number, place) = (_next / _options.BatchSize, _next % _options.BatchSize);
            _next++;
            if (!_slots.TryGetValue(number, out var slot))
            {
                _slots[number] = slot = new Slot(Math.Min(_options.BatchSize, _order.Length - (number * _options.BatchSize)), _options);
            }

            return (slot, number, place);
        }
    }

    private void Fill(Slot slot, int index, int place)
    {
        var transform = _options.Transform;
        var pixels = (long)transform.Size * transform.Size;
        using (var image = _set.Pixels.Read(index, transform.Upright))
        {
            image.Write(transform, (float*)slot.ImageAddress + (place * pixels * transform.Channels));
        }

        if (slot.MaskAddress != 0)
        {
            using var mask = _set.OpenMask(index);
            mask.Write(transform with { Grey = true, Interpolation = ImageInterpolation.Nearest }, (float*)slot.MaskAddress + (place * pixels));
        }
    }

    // Tensors of one batch; their memory does not move, so threads write into it.
    private sealed class Slot : IDisposable
    {
        private bool _handedOver;

        internal Slot(int count, ImageLoaderOptions options)
        {
            var (transform, size) = (options.Transform, (long)options.Transform.Size);
            Images = empty([count, transform.Channels, size, size], dtype: ScalarType.Float32).DetachFromDisposeScope();
            try
            {
                Masks = options.Masks ? empty([count, 1, size, size], dtype: ScalarType.Float32).DetachFromDisposeScope() : null;
            }
            catch
            {
                Images.Dispose();
                throw;
            }

            (ImageAddress, MaskAddress) = (AddressOf(Images), Masks is null ? 0 : AddressOf(Masks));
            Problems = new Exception?[count];
            Remaining = count;
        }

        internal Tensor Images { get; }

        internal Tensor? Masks { get; }

        internal nint ImageAddress { get; }

        internal nint MaskAddress { get; }

        internal Exception?[] Problems { get; }

        internal int Remaining { get; set; }

        internal void HandOver() => _handedOver = true;

        public void Dispose()
        {
            Debug.Assert(Remaining >= 0, "A place was filled twice.");
            if (!_handedOver)
            {
                Images.Dispose();
                Masks?.Dispose();
            }
        }

        private static nint AddressOf(Tensor tensor)
        {
            fixed (byte* bytes = tensor.bytes)
            {
                return (nint)bytes;
            }
        }
    }
}
