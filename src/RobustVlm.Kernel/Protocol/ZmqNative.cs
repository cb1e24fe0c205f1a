using System.Reflection;
using System.Runtime.InteropServices;

namespace RobustVlm.Kernel.Protocol;

/// <summary>The functions of libzmq (4.x) that a Jupyter kernel and its clients need.</summary>
internal static unsafe partial class ZmqNative
{
    private const string Library = "libzmq";

    // Debian installs only the versioned name, so the plain name alone would not be found.
    private static readonly string[] FileNames =
    [
        "libzmq.so.5", "libzmq.5.dylib", "/opt/homebrew/lib/libzmq.5.dylib", "/usr/local/lib/libzmq.5.dylib", "libzmq.dll", "libzmq",
    ];

    static ZmqNative() => NativeLibrary.SetDllImportResolver(typeof(ZmqNative).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "zmq_ctx_new", SetLastError = true)]
    internal static partial nint ContextNew();

    [LibraryImport(Library, EntryPoint = "zmq_ctx_term", SetLastError = true)]
    internal static partial int ContextTerminate(nint context);

    [LibraryImport(Library, EntryPoint = "zmq_ctx_shutdown", SetLastError = true)]
    internal static partial int ContextShutdown(nint context);

    [LibraryImport(Library, EntryPoint = "zmq_socket", SetLastError = true)]
    internal static partial nint Socket(nint context, int type);

    [LibraryImport(Library, EntryPoint = "zmq_close", SetLastError = true)]
    internal static partial int Close(nint socket);

    [LibraryImport(Library, EntryPoint = "zmq_bind", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Bind(nint socket, string endpoint);

    [LibraryImport(Library, EntryPoint = "zmq_connect", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Connect(nint socket, string endpoint);

    [LibraryImport(Library, EntryPoint = "zmq_setsockopt", SetLastError = true)]
    internal static partial int SetOption(nint socket, int option, void* value, nuint size);

    [LibraryImport(Library, EntryPoint = "zmq_getsockopt", SetLastError = true)]
    internal static partial int GetOption(nint socket, int option, void* value, nuint* size);

    [LibraryImport(Library, EntryPoint = "zmq_send", SetLastError = true)]
    internal static partial int Send(nint socket, byte* data, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "zmq_msg_init", SetLastError = true)]
    internal static partial int MessageInit(void* message);

    [LibraryImport(Library, EntryPoint = "zmq_msg_recv", SetLastError = true)]
    internal static partial int MessageReceive(void* message, nint socket, int flags);

    [LibraryImport(Library, EntryPoint = "zmq_msg_data")]
    internal static partial byte* MessageData(void* message);

    [LibraryImport(Library, EntryPoint = "zmq_msg_more")]
    internal static partial int MessageMore(void* message);

    [LibraryImport(Library, EntryPoint = "zmq_msg_close")]
    internal static partial int MessageClose(void* message);

    [LibraryImport(Library, EntryPoint = "zmq_poll", SetLastError = true)]
    internal static partial int Poll(byte* items, int count, nint timeout);

    [LibraryImport(Library, EntryPoint = "zmq_errno")]
    internal static partial int ErrorNumberOfThread();

    [LibraryImport(Library, EntryPoint = "zmq_strerror")]
    internal static partial nint ErrorText(int number);

    /// <summary>The error of the last call. Read from the value saved by the marshaller, since the runtime may change errno in between.</summary>
    internal static int LastError() => OperatingSystem.IsWindows() ? ErrorNumberOfThread() : Marshal.GetLastPInvokeError();

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        foreach (var fileName in FileNames)
        {
            if (NativeLibrary.TryLoad(fileName, assembly, path, out var handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException("ZeroMQ was not found; install it (Debian and Ubuntu: apt-get install libzmq5, macOS: brew install zeromq).");
    }
}
