using System.Text;
using System.Text.Json.Nodes;
using RobustVlm.Kernel.Protocol;
using Xunit;

namespace RobustVlm.Kernel.Tests.Protocol;

public sealed class WireFormatTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("secret");

    [Fact]
    public void Reads_what_it_writes()
    {
        var parent = Message.Create("execute_request", "s1", []);
        var message = Message.Create("stream", "s2", new JsonObject { ["text"] = "ä<\u0007" }, parent, new JsonObject { ["a"] = 1 }, [[1, 2]]);

        var read = WireFormat.Decode(WireFormat.Encode(message, Key), Key, out var problem);

        Assert.Null(problem);
        Assert.NotNull(read);
        Assert.Equal("stream", read.Type);
        Assert.Equal(parent.Id, read.ParentId);
        Assert.Equal("ä<\u0007", read.Content["text"]!.ToString());
        Assert.Equal([1, 2], Assert.Single(read.Identities));
        Assert.Equal(1, read.Metadata["a"]!.GetValue<int>());
    }

    [Fact]
    public void Signs_as_the_protocol_demands()
    {
        var frames = WireFormat.Encode(Message.Create("x", "s", []), Key);

        var signed = frames[2].Concat(frames[3]).Concat(frames[4]).Concat(frames[5]).ToArray();
        Assert.Equal("<IDS|MSG>", Encoding.ASCII.GetString(frames[0]));
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Key, signed)), Encoding.ASCII.GetString(frames[1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Drops_a_message_with_a_changed_byte(int frame)
    {
        var frames = WireFormat.Encode(Message.Create("x", "s", new JsonObject { ["a"] = 1 }), Key);
        frames[frame][^2] ^= 1;

        Assert.Null(WireFormat.Decode(frames, Key, out var problem));
        Assert.Equal("a message with a wrong signature", problem);
    }

    [Fact]
    public void Drops_what_is_not_a_message()
    {
        Assert.Null(WireFormat.Decode([[1]], [], out var noDelimiter));
        Assert.Null(WireFormat.Decode([WireFormat.Delimiter, [], "["u8.ToArray(), "{}"u8.ToArray(), "{}"u8.ToArray(), "{}"u8.ToArray()], [], out var noJson));

        Assert.NotNull(noDelimiter);
        Assert.NotNull(noJson);
    }

    [Fact]
    public void Keeps_buffers()
    {
        var frames = WireFormat.Encode(Message.Create("x", "s", []), Key).Append([9, 9]).ToArray();

        var read = WireFormat.Decode(frames, Key, out _);

        Assert.Equal([9, 9], Assert.Single(read!.Buffers));
    }
}
