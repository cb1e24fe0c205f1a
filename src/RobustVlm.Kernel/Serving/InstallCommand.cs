using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustVlm.Kernel.Serving;

/// <summary><c>install</c>: writes the folders by which frontends find the kernel. No <c>jupyter</c> command is needed.</summary>
internal static class InstallCommand
{
    /// <summary>The name that notebooks carry, so that they open in .NET Interactive too.</summary>
    internal const string SharedName = ".net-csharp";

    private const string OwnName = "robustvlm-csharp";
    private const string Usage = "install takes [--user | --prefix DIR] [--name NAME] [--display-name TEXT].";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Installs the kernel.</summary>
    /// <returns>Exit code: 0 when it is installed, 1 when a folder cannot be written, 2 for a wrong command line.</returns>
    public static int Run(string[] arguments)
    {
        string? name = null;
        var displayName = ".NET (C#)";
        var data = UserDataFolder();
        for (var index = 0; index < arguments.Length; index++)
        {
            var value = index + 1 < arguments.Length ? arguments[index + 1] : null;
            switch (arguments[index])
            {
                case "--user":
                    continue;
                case "--name" when value is not null:
                    name = value;
                    break;
                case "--display-name" when value is not null:
                    displayName = value;
                    break;
                case "--prefix" when value is not null:
                    data = Path.Combine(Path.GetFullPath(value), "share", "jupyter");
                    break;
                default:
                    Console.Error.WriteLine($"'{arguments[index]}' is not understood or lacks its value. {Usage}");
                    return 2;
            }

            index++;
        }

        if (name is not null && (name.Length == 0 || name.Any(character => !char.IsAsciiLetterOrDigit(character) && !"-._".Contains(character, StringComparison.Ordinal))))
        {
            Console.Error.WriteLine($"'{name}' cannot name a kernel; use letters, digits, '-', '.' and '_'.");
            return 2;
        }

        try
        {
            foreach (var kernel in name is null ? [OwnName, SharedName] : new[] { name })
            {
                InstallAs(kernel, displayName, Path.Combine(data, "kernels", kernel), mayReplace: kernel != SharedName || name is not null);
            }

            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The kernel cannot be installed: {exception.Message}");
            return 1;
        }
    }

    private static void InstallAs(string name, string displayName, string folder, bool mayReplace)
    {
        var file = Path.Combine(folder, "kernel.json");
        if (!mayReplace && File.Exists(file) && !File.ReadAllText(file).Contains("RobustVlm.Kernel", StringComparison.Ordinal))
        {
            Console.WriteLine($"The kernel {name} in {folder} belongs to another program and is left alone.");
            return;
        }

        Directory.CreateDirectory(folder);
        var spec = new JsonObject
        {
            ["argv"] = new JsonArray(DotnetPath(), typeof(InstallCommand).Assembly.Location, "serve", "{connection_file}"),
            ["display_name"] = displayName,
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["env"] = new JsonObject(),
            ["metadata"] = new JsonObject { ["debugger"] = false },
        };
        File.WriteAllText(file, spec.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n");
        foreach (var logo in new[] { "logo-32x32.png", "logo-64x64.png" })
        {
            using var source = Assembly.GetExecutingAssembly().GetManifestResourceStream(logo)
                ?? throw new FileNotFoundException($"{logo} is missing in the program.");
            using var target = File.Create(Path.Combine(folder, logo));
            source.CopyTo(target);
        }

        Console.WriteLine($"Installed the kernel {name} in {folder}.");
    }

    // Absolute, since frontends hide a kernel whose program they cannot find; dotnet itself rather than the small launcher beside the
    // dll, which cannot find a .NET that lies in an unusual place.
    private static string DotnetPath()
    {
        var program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var path = Path.Combine(root, program);
        return File.Exists(path) ? path : throw new FileNotFoundException($"The program {program} was not found in {root}.");
    }

    private static string UserDataFolder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } given)
        {
            return given;
        }

        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(home, "Library", "Jupyter");
        }

        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter");
        }

        var shared = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".local", "share");
        return Path.Combine(shared, "jupyter");
    }
}
