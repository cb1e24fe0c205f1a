namespace TorchSharp;

public static partial class torch
{
    /// <content>Draws whose parameters are the tensor itself, or that fill it.</content>
    public unsafe partial class Tensor
    {
        public Tensor bernoulli(Generator? generator = null) => Aten.bernoulli(this, generator);

        public Tensor binomial(Tensor prob, Generator? generator = null) => Aten.binomial(this, prob, generator);

        public Tensor cauchy_(double median = 0.0, double sigma = 1.0, Generator? generator = null) => Aten.cauchy_(this, median, sigma, generator);

        public Tensor geometric_(double p, Generator? generator = null) => Aten.geometric_(this, p, generator);

        public Tensor log_normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) => Aten.log_normal_(this, mean, std, generator);

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) => Aten.multinomial(this, num_samples, replacement, generator);

        public Tensor poisson(Generator? generator = null) => Aten.poisson(this, generator);
    }
}
