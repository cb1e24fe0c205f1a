using RobustVlm.Engine;
using TorchSharp;
using Xunit;

namespace RobustVlm.Tests.Engine;

public sealed class AutocastTests
{
    [Fact]
    public void Products_are_short_inside_and_full_outside()
    {
        using var matrix = torch.ones([4, 4]);

        using (Autocast.Use(torch.ScalarType.BFloat16))
        {
            Assert.True(Autocast.IsEnabled);
            Assert.Equal(torch.ScalarType.BFloat16, matrix.matmul(matrix).dtype);
            using (Autocast.Use(torch.ScalarType.Float32))
            {
                Assert.False(Autocast.IsEnabled);
                Assert.Equal(torch.ScalarType.Float32, matrix.matmul(matrix).dtype);
            }

            Assert.True(Autocast.IsEnabled);
        }

        Assert.False(Autocast.IsEnabled);
        Assert.Equal(torch.ScalarType.Float32, matrix.matmul(matrix).dtype);
    }

    [Fact]
    public void Training_uses_the_type_it_names()
    {
        using var scope = Autocast.ForTraining();

        Assert.Equal(Autocast.TrainingType() == torch.ScalarType.BFloat16, Autocast.IsEnabled);
    }

    [Fact]
    public void Other_types_are_refused() =>
        Assert.Throws<ArgumentException>(() => Autocast.Use(torch.ScalarType.Int32));
}
