using System.Diagnostics;
using System.Globalization;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>Runs this assembly as a process of its own, so that a crash ends that process and not the test host.</summary>
internal static class ChildProcess
{
    private const int LongestOutput = 4000;

    /// <summary>What became of a child: its exit code and the end of what it printed.</summary>
    internal sealed record Result(int ExitCode, string Output);

    /// <param name="arguments">What <see cref="Program"/> is to do.</param>
    /// <param name="memoryGiB">Limit on the memory it may write to, beyond which an allocation fails as on a full machine; none when null.</param>
    /// <param name="threads">Threads of one operator.</param>
    internal static Result Run(IEnumerable<string> arguments, int? memoryGiB = null, int threads = 2)
    {
        var limit = memoryGiB is { } size ? ((long)size << 20).ToString(CultureInfo.InvariantCulture) : "unlimited";
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"ulimit -c 0; ulimit -d {limit}; exec \"$0\" \"$@\"", Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", typeof(Program).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        if (memoryGiB is not null)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000";   // the collector would otherwise reserve more than the limit allows
        }

        var output = new LinkedList<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return new Result(process.ExitCode, string.Join('\n', output));

        void Keep(string? line)
        {
            lock (output)
            {
                if (line is not null)
                {
                    output.AddLast(line);
                }

                while (output.Sum(kept => kept.Length) > LongestOutput)
                {
                    output.RemoveFirst();
                }
            }
        }
    }
}
