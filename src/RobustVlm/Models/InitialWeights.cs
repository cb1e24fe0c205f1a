using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>Initial weights drawn from a given generator, so that a seed fixes the whole model.</summary>
internal static class InitialWeights
{
    internal static void Normal(Tensor? weight, double deviation, Generator random)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Fill(weight, random, own => nn.init.normal_(own, 0, deviation, random));
    }

    internal static void Linear(Linear layer, double deviation, Generator random)
    {
        Normal(layer.weight, deviation, random);
        if (layer.bias is { } bias)
        {
            nn.init.zeros_(bias);
        }
    }

    /// <summary>
    /// Draws all convolutions and linear layers of a network with rectifiers: convolutions normal with a variance of two over the
    /// weights that leave a unit (He et al. 2015, arXiv:1502.01852), linear layers uniform as PyTorch draws them.
    /// </summary>
    internal static void Rectified(nn.Module model, Generator random)
    {
        foreach (var (_, module) in model.named_modules())
        {
            switch (module)
            {
                case Conv2d convolution:
                    Normal(convolution.weight, Math.Sqrt(2.0 * convolution.weight.shape[1] / convolution.weight.numel()), random);
                    Zero(convolution.bias);
                    break;
                case ConvTranspose2d convolution:
                    Uniform(convolution.weight, convolution.bias, convolution.weight.numel() / convolution.weight.shape[0], random);
                    break;
                case Linear linear:
                    Uniform(linear.weight, linear.bias, linear.weight.shape[1], random);
                    break;
            }
        }
    }

    /// <summary>Draws all linear layers and embeddings of a transformer from one normal distribution, and convolutions as PyTorch draws them.</summary>
    internal static void Transformer(nn.Module model, double deviation, Generator random)
    {
        foreach (var (_, module) in model.named_modules())
        {
            switch (module)
            {
                case Conv2d convolution:
                    Uniform(convolution.weight, convolution.bias, convolution.weight.numel() / convolution.weight.shape[0], random);
                    break;
                case Linear linear:
                    Linear(linear, deviation, random);
                    break;
                case Embedding embedding:
                    Normal(embedding.weight, deviation, random);
                    break;
            }
        }
    }

    internal static void Uniform(Tensor weight, Tensor? bias, double inputs, Generator random)
    {
        var bound = 1 / Math.Sqrt(inputs);
        Fill(weight, random, own => nn.init.uniform_(own, -bound, bound, random));
        if (bias is not null)
        {
            Fill(bias, random, own => nn.init.uniform_(own, -bound, bound, random));
        }
    }

    // A generator draws on its own device only; models are made on the CPU whatever the generator's.
    private static void Fill(Tensor weight, Generator random, Action<Tensor> draw)
    {
        if (random.device.type == weight.device_type)
        {
            draw(weight);
            return;
        }

        using var noGradient = no_grad();
        using var drawn = empty(weight.shape, dtype: weight.dtype, device: random.device);
        draw(drawn);
        weight.copy_(drawn);
    }

    private static void Zero(Tensor? bias)
    {
        if (bias is not null)
        {
            nn.init.zeros_(bias);
        }
    }
}
