using System.Globalization;
using System.Runtime.InteropServices;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Serving;

/// <summary><c>serve CONNECTION_FILE [--parent-pid N]</c>: what frontends start.</summary>
internal static partial class ServeCommand
{
    private const int Patience = 3000;

    /// <summary>Serves until told to stop.</summary>
    /// <returns>Exit code: 0 after an orderly end, 2 for a wrong command line or connection file, 1 when the kernel cannot start.</returns>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var path, ..] || arguments.Length is not (1 or 3))
        {
            Console.Error.WriteLine("serve needs the connection file that the frontend has written: serve CONNECTION_FILE [--parent-pid N].");
            return 2;
        }

        var parentText = arguments is [_, "--parent-pid", var given] ? given : Environment.GetEnvironmentVariable("JPY_PARENT_PID");
        int? parent = int.TryParse(parentText, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        KernelServer server;
        try
        {
            server = new KernelServer(ConnectionInfo.Load(path));
        }
        catch (InvalidDataException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
        catch (Exception exception) when (exception is ZmqException or DllNotFoundException)
        {
            Console.Error.WriteLine($"The kernel cannot start: {exception.Message}");
            return 1;
        }

        server.Run(parent);

        // A cell may still be busy in native code, and libraries may hang in their clean-up; the process ends anyway.
        var busy = server.IsBusy;
        new Thread(() =>
        {
            Thread.Sleep(Patience);
            ExitNow();
        })
        { IsBackground = true }.Start();
        server.Dispose();
        if (busy)
        {
            ExitNow();
        }

        return 0;
    }

    private static void ExitNow()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(0);
        }

        _exit(0);
    }

    [LibraryImport("libc")]
    private static partial void _exit(int status);
}
