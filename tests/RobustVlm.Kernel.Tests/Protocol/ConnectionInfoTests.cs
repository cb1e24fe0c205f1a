using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Protocol;

public sealed class ConnectionInfoTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Reads_what_it_writes()
    {
        var info = ConnectionInfo.CreateLocal();
        info.Save(_path);

        Assert.Equal(info, ConnectionInfo.Load(_path));
        Assert.Contains("\"shell_port\"", File.ReadAllText(_path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}", "five ports")]
    [InlineData("""{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"transport":"pigeon"}""", "pigeon")]
    [InlineData("""{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"key":"k","signature_scheme":"rot13"}""", "rot13")]
    public void Says_what_is_wrong_with_a_file(string content, string expected)
    {
        File.WriteAllText(_path, content);

        var exception = Assert.Throws<InvalidDataException>(() => ConnectionInfo.Load(_path));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_when_there_is_no_file()
    {
        var exception = Assert.Throws<InvalidDataException>(() => ConnectionInfo.Load(_path + ".missing"));

        Assert.Contains("cannot be read", exception.Message, StringComparison.Ordinal);
    }
}
