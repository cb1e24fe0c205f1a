namespace RobustVlm.Kernel.Execution;

/// <summary>Takes the place of the console's input: asks the frontend for a line.</summary>
internal sealed class CellReader : TextReader
{
    private string _rest = "";

    public override string? ReadLine()
    {
        if (_rest.Length == 0)
        {
            return CellContext.ReadInput("", password: false);
        }

        var line = _rest.TrimEnd('\n');
        _rest = "";
        return line;
    }

    public override int Peek()
    {
        if (_rest.Length == 0)
        {
            _rest = CellContext.ReadInput("", password: false) + "\n";
        }

        return _rest[0];
    }

    public override int Read()
    {
        var next = Peek();
        _rest = _rest[1..];
        return next;
    }
}
