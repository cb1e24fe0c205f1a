using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Notebooks;

/// <summary>A kernel in a process of its own, and the connection to it. Disposing ends the process.</summary>
internal sealed class KernelSession : IAsyncDisposable
{
    private const int _keptLines = 500;

    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan _partingTime = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly string _connectionFile;
    private readonly Queue<string> _lastWords = new();
    private readonly CancellationTokenSource _ended = new(); // Never disposed: the process may report its end after our own.
    private readonly KernelClient _client;

    private KernelSession(ProcessStartInfo command, ConnectionInfo connection, string connectionFile)
    {
        _connectionFile = connectionFile;
        _process = new Process { StartInfo = command, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Exited += (_, _) => _ended.Cancel();
        _client = new KernelClient(connection);
    }

    /// <summary>Cancelled as soon as the process is gone.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Everything that the kernel sends.</summary>
    public ChannelReader<ReceivedMessage> Received => _client.Received;

    /// <summary>The kernel's description of its language, for the notebook's metadata; null when it gives none.</summary>
    public JsonObject? LanguageInfo { get; private set; }

    /// <summary>Starts a kernel in a folder and waits until it answers. Throws <see cref="KernelException"/> when it does not.</summary>
    /// <param name="kernelPath">Executable or .dll; null for this program.</param>
    /// <param name="folder">The kernel's working directory.</param>
    /// <param name="cancellationToken">Ends the wait and the process.</param>
    public static async Task<KernelSession> StartAsync(string? kernelPath, string folder, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = ConnectionInfo.CreateLocal();
            var connectionFile = Path.Combine(Path.GetTempPath(), $"kernel-{Guid.NewGuid():N}.json");
            connection.Save(connectionFile);
            var session = new KernelSession(Command(kernelPath, folder, connectionFile), connection, connectionFile);
            try
            {
                await session.BeginAsync(cancellationToken);
                return session;
            }
            // A port that was free a moment ago may belong to another program by now.
            catch (KernelException error) when (attempt < 3 && error.Message.Contains("in use", StringComparison.OrdinalIgnoreCase))
            {
                await session.DisposeAsync();
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Asks the kernel to run code. Returns the id that all answers name as their parent.</summary>
    public string Execute(string code)
    {
        return _client.Send(KernelChannel.Shell, "execute_request", new JsonObject
        {
            ["code"] = code,
            ["silent"] = false,
            ["store_history"] = true,
            ["user_expressions"] = new JsonObject(),
            ["allow_stdin"] = false,
            ["stop_on_error"] = true,
        }).Id;
    }

    /// <summary>Asks the kernel to stop the running cell; whether it did shows in the cell's answers.</summary>
    public void Interrupt()
    {
        _client.Send(KernelChannel.Control, "interrupt_request", []);
    }

    /// <summary>How the process ended and the last lines it wrote. Only after <see cref="Ended"/>.</summary>
    public async Task<(string Message, IReadOnlyList<string> LastWords)> DescribeEndAsync()
    {
        try
        {
            // Returns when the pipes are read to their end too; a grandchild may hold them open, hence the limit.
            await _process.WaitForExitAsync().WaitAsync(_partingTime);
        }
        catch (TimeoutException)
        {
            // The lines that have come so far must do.
        }

        lock (_lastWords)
        {
            var message = string.Create(CultureInfo.InvariantCulture, $"The kernel process ended with exit code {_process.ExitCode}.");
            return (message, LastWords.Choose(_lastWords));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning())
        {
            _client.Send(KernelChannel.Control, "shutdown_request", new JsonObject { ["restart"] = false });
            using var patience = new CancellationTokenSource(_partingTime);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Kill();
            }
        }

        _client.Dispose();
        _process.Dispose();
        File.Delete(_connectionFile);
    }

    /// <summary>Ends the process at once, with whatever it has started.</summary>
    public void Kill()
    {
        if (IsRunning())
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    private static ProcessStartInfo Command(string? kernelPath, string folder, string connectionFile)
    {
        var self = Environment.ProcessPath ?? string.Empty;
        var isDotnet = Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var isKernel = Path.GetFileNameWithoutExtension(self).Equals("RobustVlm.Kernel", StringComparison.OrdinalIgnoreCase);
        var target = kernelPath is not null ? Path.GetFullPath(kernelPath)
            : isKernel ? self
            : Path.Combine(AppContext.BaseDirectory, "RobustVlm.Kernel.dll");
        var isLibrary = target.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var command = new ProcessStartInfo(isLibrary ? (isDotnet ? self : "dotnet") : target)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (IEnumerable<string>)(isLibrary ? [target, "serve", connectionFile] : ["serve", connectionFile]))
        {
            command.ArgumentList.Add(argument);
        }

        // The kernel ends itself when the process of this id is gone.
        command.Environment["JPY_PARENT_PID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return command;
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            _process.Start();
        }
        catch (Win32Exception error)
        {
            throw new KernelException($"The kernel '{_process.StartInfo.FileName}' cannot be started: {error.Message}");
        }

        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Ended);
        limit.CancelAfter(_startLimit);
        try
        {
            var reply = await _client.WaitForReadyAsync(limit.Token);
            LanguageInfo = reply.Content["language_info"]?.DeepClone() as JsonObject;
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            var (message, lastWords) = await DescribeEndAsync();
            throw new KernelException(string.Join('\n', [$"The kernel did not start. {message}", .. lastWords]));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KernelException($"The kernel did not answer within {_startLimit.TotalSeconds} s.");
        }
    }

    private bool IsRunning()
    {
        try
        {
            return !_process.HasExited;
        }
        catch (InvalidOperationException)
        {
            return false; // It was never started.
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_lastWords)
        {
            _lastWords.Enqueue(TerminalText.WithoutFolders(TerminalText.WithoutAnsi(line)));
            if (_lastWords.Count > _keptLines)
            {
                _lastWords.Dequeue();
            }
        }
    }
}
