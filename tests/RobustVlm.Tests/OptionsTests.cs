using System.Text.Json;
using RobustVlm.Attacks;
using Xunit;

namespace RobustVlm.Tests;

/// <summary>What every options record promises.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string> Records =>
    [
        .. typeof(Classifier).Assembly.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Select(type => type.FullName ?? type.Name)
            .Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Records))]
    public void Has_working_defaults_and_survives_json(string name)
    {
        var type = typeof(Classifier).Assembly.GetType(name, throwOnError: true)
            ?? throw new InvalidOperationException(name);
        var options = Activator.CreateInstance(type);

        var json = JsonSerializer.Serialize(options, type);

        Assert.True(type.IsSealed);
        Assert.Equal(options, JsonSerializer.Deserialize(json, type));
    }

    [Fact]
    public void Records_are_found() => Assert.True(Records.Count >= 6);
}
