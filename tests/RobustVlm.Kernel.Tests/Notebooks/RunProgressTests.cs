using RobustVlm.Kernel.Notebooks;
using Xunit;

namespace RobustVlm.Kernel.Tests.Notebooks;

public sealed class RunProgressTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly Clock _clock = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Plain_lines_come_at_the_end_and_every_half_minute()
    {
        var progress = new RunProgress(_output, isTerminal: false, quiet: false, _clock);

        progress.Begin(3, 12, "\n  var run = melo.Run();\nrun");
        _clock.Seconds = 29;
        progress.Tick("epoch 1");
        _clock.Seconds = 31;
        progress.Tick("epoch 2");
        _clock.Seconds = 32;
        progress.Tick("epoch 3");
        _clock.Seconds = 65;
        progress.End("failed");

        Assert.Equal("[ 3/12] var run = melo.Run();  31.0 s  epoch 2\n[ 3/12] var run = melo.Run();  1 min 05 s  failed\n", _output.ToString());
    }

    [Fact]
    public void A_terminal_gets_one_line_that_lives()
    {
        var progress = new RunProgress(_output, isTerminal: true, quiet: false, _clock);

        progress.Begin(1, 1, "x");
        _clock.Seconds = 1.5;
        progress.Tick("half");
        progress.End(string.Empty);

        Assert.Equal("\r\u001b[K[1/1] x  0.0 s\r\u001b[K[1/1] x  1.5 s  half\r\u001b[K[1/1] x  1.5 s\n", _output.ToString());
    }

    [Fact]
    public void A_long_line_does_not_leave_its_row()
    {
        var progress = new RunProgress(_output, isTerminal: true, quiet: false, _clock);

        progress.Begin(1, 1, new string('x', 500));
        progress.Tick(new string('y', 5000));

        Assert.DoesNotContain('\n', _output.ToString());
        Assert.All(_output.ToString().Split('\r'), row => Assert.InRange(row.Length, 0, 1000));
    }

    [Fact]
    public void Quiet_means_nothing()
    {
        var progress = new RunProgress(_output, isTerminal: true, quiet: true, _clock);

        progress.Say("x");
        progress.Begin(1, 1, "x");
        progress.Tick("y");
        progress.End("z");

        Assert.Empty(_output.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
