namespace TorchSharp;

/// <content>Single random numbers, draws with tensors as parameters, the default generator.</content>
public static partial class torch
{
    public static Tensor _standard_gamma(Tensor input, Generator? generator = null) => Aten._standard_gamma(input, generator);

    public static Tensor binomial(Tensor count, Tensor probs, Generator? generator = null) => Aten.binomial(count, probs, generator);

    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null) => Aten.normal_Tensor_Tensor(mean, std, generator);

    public static Tensor randint_like(Tensor input, long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Recorded(Aten.randint_like_low_dtype(input, low, high, dtype, null, device), requires_grad);

    public static double rand_float(Generator? generator = null) => Drawn(rand(1, ScalarType.Float64, generator: generator)).ToDouble();

    public static double randn_float(Generator? generator = null) => Drawn(randn(1, ScalarType.Float64, generator: generator)).ToDouble();

    public static int randint_int(int high, Generator? generator = null) => randint_int(0, high, generator);

    public static int randint_int(int low, int high, Generator? generator = null) => (int)randint_long(low, high, generator);

    public static long randint_long(long high, Generator? generator = null) => randint_long(0, high, generator);

    public static long randint_long(long low, long high, Generator? generator = null) => Drawn(randint(low, high, [1], generator: generator)).ToInt64();

    public static bool randint_bool(Generator? generator = null) => randint_long(0, 2, generator) == 1;

    /// <summary>The seed the default generator started from.</summary>
    public static long initial_seed() => Generator.Default.initial_seed();

    public static Tensor get_rng_state() => Generator.Default.get_state();

    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    private static Scalar Drawn(Tensor number)
    {
        using (number)
        {
            return number.ToScalar();
        }
    }
}
