using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Torch.Tests.Core;

public class AnomalyTests
{
    [Fact]
    public void A_nan_in_backward_is_an_error_that_names_the_operator()
    {
        using var scope = NewDisposeScope();
        var x = tensor(0.0, requires_grad: true);

        using (autograd.detect_anomaly())
        {
            var error = Assert.Throws<TorchException>(() => (x.sqrt() * 0).backward());

            Assert.Contains("SqrtBackward", error.Message, StringComparison.Ordinal);
        }

        (x.sqrt() * 0).backward();
        Assert.True(double.IsNaN(x.grad!.ToDouble()));
    }

    [Fact]
    public void A_custom_function_is_named_too()
    {
        using var scope = NewDisposeScope();
        using var _ = autograd.detect_anomaly();
        var x = tensor(1.0, requires_grad: true);
        Func<Tensor, List<Tensor>> broken = g => [g * double.NaN, null!];

        var error = Assert.Throws<TorchException>(() => WithBackward.apply(x, broken).backward());

        Assert.Contains(nameof(WithBackward), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mode_nests_and_ends_with_its_region()
    {
        Assert.False(AnomalyMode.IsEnabled);
        using (autograd.detect_anomaly(check_nan: false))
        {
            Assert.True(AnomalyMode.IsEnabled);
            Assert.False(AnomalyMode.ShouldCheckNaN);
            using (autograd.set_detect_anomaly(false))
            {
                Assert.False(AnomalyMode.IsEnabled);
            }

            Assert.True(AnomalyMode.IsEnabled);
        }

        Assert.False(AnomalyMode.IsEnabled);
    }
}
