using System.Text.Json;
using RobustVlm.Models.Diffusion;
using RobustVlm.Privacy;
using RobustVlm.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Privacy;

/// <summary>Agreement of the scores with public code, on <see cref="ToyPredictor"/>, in float64.</summary>
/// <remarks>
/// membership-reference.json was made by PyTorch 1.13: jinhaoduan/SecMI (41354c9, mia_evals/secmia.py: ddim_multistep and ddim_singlestep in the order of
/// get_intermediate_results, with tqdm, sklearn, absl and the sets stubbed), kong13661/PIA (0d7e08a, DDPM/components.py: SecMIAttacker, PIA, PIAN, NaiveAttacker) and
/// mx-ethan-rao/SimA (2a139bb, DDPM/components.py: SecMI, PIA, PIAN, SimA, Loss). Noise of the loss is <see cref="FormulaWeights.Noise"/>, twice.
/// </remarks>
public sealed class MembershipParityTests : IDisposable
{
    private const int Count = 5;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly JsonElement _reference =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Privacy", "membership-reference.json"))).RootElement.GetProperty("Scores");

    private readonly DiffusionModel _model = new(new ToyPredictor());
    private readonly CandidateImages _candidates = new(FormulaWeights.Images(Count, 1, 8, 8));

    public void Dispose() => _scope.Dispose();

    [Theory, InlineData("SecMI/SecMI"), InlineData("PIA/SecMI"), InlineData("SimA/SecMI")]
    public void SecMi_agrees(string name) => AssertClose(name, new SecMi());

    [Theory, InlineData("PIA/PIA"), InlineData("SimA/PIA")]
    public void Pia_agrees(string name) => AssertClose(name, new Pia());

    [Theory, InlineData("PIA/PIAN"), InlineData("SimA/PIAN")]
    public void Pian_agrees(string name) => AssertClose(name, new Pia(new PiaOptions { Normalised = true }));

    [Fact]
    public void SimA_agrees() => AssertClose("SimA/SimA", new SimA());

    [Theory, InlineData("PIA/Loss"), InlineData("SimA/Loss")]
    public void The_loss_agrees(string name)
    {
        var x = _model.Codec.Encode(_candidates.Images);
        var noise = FormulaWeights.Noise("noise", x.numel()).view(x.shape) * 2;

        var loss = (_model.Noise(_model.Schedule.Noised(x, 100, noise), 100) - noise).square().sum([1, 2, 3]);

        AssertClose(name, loss);
    }

    private void AssertClose(string name, IMembershipAttack attack) => AssertClose(name, attack.Score(_model, _candidates, new CounterNoise(new Generator(1))));

    private void AssertClose(string name, Tensor scores)
    {
        var expected = _reference.GetProperty(name).EnumerateArray().Select(value => value.GetDouble()).ToArray();

        Assert.Equal(Count, expected.Length);
        Assert.All(scores.data<double>().ToArray().Zip(expected), pair => Assert.InRange(Math.Abs((pair.First / pair.Second) - 1), 0, 1e-4));
    }
}
