using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace RobustVlm.Experiments.Tests.Sweeps;

/// <summary><see cref="SweepProgram"/> as a process of its own.</summary>
internal sealed class SweepProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private SweepProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    internal static SweepProcess Start(string folder, int milliseconds, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { typeof(SweepProgram).Assembly.Location, folder, milliseconds.ToString(CultureInfo.InvariantCulture) }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return new SweepProcess(Process.Start(start)!);
    }

    internal void Kill() => _process.Kill();

    internal void PressControlC()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    internal (int Code, string Output, string Errors) End()
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(2)), "the sweep did not end");
        return (_process.ExitCode, _output.Result, _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
