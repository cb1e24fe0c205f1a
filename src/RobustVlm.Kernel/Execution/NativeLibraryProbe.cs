using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace RobustVlm.Kernel.Execution;

/// <summary>
/// Finds the native libraries of assemblies that cells reference: beside the assembly, in <c>native/</c> and in
/// <c>runtimes/&lt;rid&gt;/native/</c>. A script's own loader reads no deps.json and looks beside the assembly at most.
/// </summary>
internal static class NativeLibraryProbe
{
    private static readonly ConcurrentDictionary<AssemblyLoadContext, bool> Known = new();

    public static void Install() => AppDomain.CurrentDomain.AssemblyLoad += (_, arguments) =>
    {
        if (AssemblyLoadContext.GetLoadContext(arguments.LoadedAssembly) is { } context && context != AssemblyLoadContext.Default && Known.TryAdd(context, true))
        {
            context.ResolvingUnmanagedDll += Resolve;
        }
    };

    private static nint Resolve(Assembly assembly, string name)
    {
        var folder = Path.GetDirectoryName(assembly.Location);
        if (string.IsNullOrEmpty(folder))
        {
            return 0;
        }

        string[] folders = [folder, Path.Combine(folder, "native"), Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")];
        var extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        string[] names = [name, name + extension, $"lib{name}{extension}", $"lib{name}"];
        foreach (var path in folders.SelectMany(_ => names, Path.Combine))
        {
            if (File.Exists(path) && NativeLibrary.TryLoad(path, out var handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
