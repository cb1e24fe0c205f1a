using System.Globalization;
using System.Text;

namespace RobustVlm.Kernel.Execution;

/// <summary>Takes the place of the console's output: sends text to the cell that prints it.</summary>
internal sealed class CellWriter : TextWriter
{
    private readonly string _stream;

    public CellWriter(string stream)
        : base(CultureInfo.InvariantCulture)
    {
        _stream = stream;
        CoreNewLine = ['\n'];
    }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (CellContext.CurrentOrNull is { } cell)
        {
            cell.Streams.Write(_stream, buffer);
        }
        else
        {
            KernelLog.Write(buffer.ToString());
        }
    }

    // One write, so that lines of parallel threads stay whole.
    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine(ReadOnlySpan<char> buffer) => Write(string.Concat(buffer, "\n"));

    public override void Flush() => CellContext.CurrentOrNull?.Streams.Flush();
}
