using System.Globalization;
using System.Text.Json.Serialization;

namespace RobustVlm.Experiments.Results;

/// <summary>The machine and the code behind a run.</summary>
/// <param name="Commit">Git commit; ends in <c>+dirty</c> when the code had changes (see <see cref="GitCommit"/>).</param>
/// <param name="Scale">How much of the paper's work was done.</param>
/// <param name="Seed">Seed of every random stream.</param>
/// <param name="Device">Device name, e.g. <c>cpu (2 cores)</c>.</param>
/// <param name="LibTorch">Version of libtorch.</param>
/// <param name="StartedAt">Start of the run, UTC.</param>
/// <param name="Duration">Wall time.</param>
public sealed record RunEnvironment(
    string Commit,
    Scale Scale,
    ulong Seed,
    string Device,
    string LibTorch,
    DateTimeOffset StartedAt,
    TimeSpan Duration)
{
    /// <summary>Version of the .NET runtime.</summary>
    [JsonRequired]
    public string DotNet { get; init; } = Environment.Version.ToString();

    /// <summary>Number format of the heavy arithmetic, e.g. <c>float32</c> or <c>bfloat16 autocast</c>.</summary>
    [JsonRequired]
    public string Precision { get; init; } = "float32";

    /// <summary>The header line that every number depends on.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"RobustVlm {Commit} · {Scale} scale · seed {Seed} · {Device} · {Precision} · libtorch {LibTorch} · .NET {DotNet}");
}
