using TorchSharp;

namespace RobustVlm.Engine;

/// <summary>Raw bytes of a tensor, in pieces that fit a span even when the tensor does not.</summary>
internal static class TensorBytes
{
    private const long PieceBytes = 1L << 28;

    internal delegate void Consumer(ReadOnlySpan<byte> bytes);

    internal delegate void Producer(long offset, Span<byte> bytes);

    internal static void Read(torch.Tensor tensor, Consumer consume)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        ForEachPiece(flat, (_, bytes) => consume(bytes));
    }

    internal static void Fill(torch.Tensor contiguous, Producer produce)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        ForEachPiece(contiguous.view(-1), produce);
    }

    private static void ForEachPiece(torch.Tensor flat, Producer visit)
    {
        var count = flat.shape[0];
        var pieceCount = PieceBytes / flat.ElementSize;
        for (var start = 0L; start < count; start += pieceCount)
        {
            using var piece = flat.narrow(0, start, Math.Min(pieceCount, count - start));
            visit(start * flat.ElementSize, piece.bytes);
        }
    }
}
