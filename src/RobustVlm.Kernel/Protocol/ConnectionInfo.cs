using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RobustVlm.Kernel.Protocol;

/// <summary>A Jupyter connection file: where the kernel's sockets are, and the key that signs messages.</summary>
internal sealed record ConnectionInfo
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    public string Transport { get; init; } = "tcp";

    public string Ip { get; init; } = "127.0.0.1";

    public int ShellPort { get; init; }

    public int IopubPort { get; init; }

    public int StdinPort { get; init; }

    public int ControlPort { get; init; }

    public int HbPort { get; init; }

    public string SignatureScheme { get; init; } = "hmac-sha256";

    /// <summary>Shared secret; an empty one switches signatures off.</summary>
    public string Key { get; init; } = "";

    public string? KernelName { get; init; }

    /// <summary>The key as bytes.</summary>
    [JsonIgnore]
    public byte[] KeyBytes => Encoding.UTF8.GetBytes(Key);

    /// <summary>Makes a connection on this machine with five free TCP ports and a random key.</summary>
    public static ConnectionInfo CreateLocal()
    {
        var listeners = Enumerable.Range(0, 5).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
            return new ConnectionInfo
            {
                ShellPort = ports[0],
                IopubPort = ports[1],
                StdinPort = ports[2],
                ControlPort = ports[3],
                HbPort = ports[4],
                Key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            };
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    /// <summary>Reads a connection file.</summary>
    /// <exception cref="InvalidDataException">The file is missing, is not JSON, or asks for something unknown; the message says which.</exception>
    public static ConnectionInfo Load(string path)
    {
        ConnectionInfo? info;
        try
        {
            info = JsonSerializer.Deserialize<ConnectionInfo>(File.ReadAllBytes(path), Json);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The connection file {path} cannot be read: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The connection file {path} is not valid JSON: {exception.Message}", exception);
        }

        if (info is null || new[] { info.ShellPort, info.IopubPort, info.StdinPort, info.ControlPort, info.HbPort }.Any(port => port is < 1))
        {
            throw new InvalidDataException($"The connection file {path} lacks one of its five ports.");
        }

        if (info.Transport is not ("tcp" or "ipc"))
        {
            throw new InvalidDataException($"The connection file {path} asks for transport '{info.Transport}'; only tcp and ipc are known.");
        }

        return info.Key.Length == 0 || info.SignatureScheme == "hmac-sha256"
            ? info
            : throw new InvalidDataException($"The connection file {path} asks for signature scheme '{info.SignatureScheme}'; only hmac-sha256 is known.");
    }

    /// <summary>Writes the file so that only its owner can read the key.</summary>
    public void Save(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        JsonSerializer.Serialize(stream, this, Json);
    }

    /// <summary>The address of a port in this connection's transport.</summary>
    public string Endpoint(int port) => Transport == "ipc" ? $"ipc://{Ip}-{port}" : $"tcp://{Ip}:{port}";
}
