namespace TorchSharp;

/// <content>Special functions and rarer functions of each element.</content>
public static partial class torch
{
    public static Tensor absolute(Tensor input) => Aten.abs(input);

    public static Tensor absolute_(Tensor input) => Aten.abs_(input);

    public static Tensor copysign(Tensor input, Tensor other) => Aten.copysign_Tensor(input, other);

    public static Tensor copysign_(Tensor input, Tensor other) => Aten.copysign__Tensor(input, other);

    public static Tensor deg2rad(Tensor input) => Aten.deg2rad(input);

    public static Tensor deg2rad_(Tensor input) => Aten.deg2rad_(input);

    public static Tensor digamma(Tensor input) => Aten.digamma(input);

    public static Tensor digamma_(Tensor input) => Aten.digamma_(input);

    public static Tensor erf_(Tensor input) => Aten.erf_(input);

    public static Tensor erfc_(Tensor input) => Aten.erfc_(input);

    public static Tensor erfinv_(Tensor input) => Aten.erfinv_(input);

    public static Tensor fix(Tensor input) => Aten.trunc(input);

    public static Tensor fix_(Tensor input) => Aten.trunc_(input);

    public static Tensor float_power(Tensor input, Tensor target) => Aten.float_power_Tensor_Tensor(input, target);

    public static Tensor float_power_(Tensor input, Tensor target) => Aten.float_power__Tensor(input, target);

    public static Tensor fmax(Tensor input, Tensor other) => Aten.fmax(input, other);

    public static Tensor fmin(Tensor input, Tensor other) => Aten.fmin(input, other);

    public static (Tensor Mantissa, Tensor Exponent) frexp(Tensor input) => Aten.frexp_Tensor(input);

    public static Tensor gcd(Tensor left, Tensor right) => Aten.gcd(left, right);

    public static Tensor gcd_(Tensor left, Tensor right) => Aten.gcd_(left, right);

    public static Tensor heaviside(Tensor input, Tensor values) => Aten.heaviside(input, values);

    public static Tensor heaviside_(Tensor input, Tensor values) => Aten.heaviside_(input, values);

    public static Tensor hypot(Tensor left, Tensor right) => Aten.hypot(left, right);

    public static Tensor i0(Tensor input) => Aten.i0(input);

    public static Tensor i0_(Tensor input) => Aten.i0_(input);

    public static Tensor igamma(Tensor input, Tensor other) => Aten.igamma(input, other);

    public static Tensor igammac(Tensor input, Tensor other) => Aten.igammac(input, other);

    public static Tensor lcm(Tensor input, Tensor other) => Aten.lcm(input, other);

    public static Tensor lcm_(Tensor input, Tensor other) => Aten.lcm_(input, other);

    public static Tensor ldexp(Tensor input, Tensor other) => Aten.ldexp_Tensor(input, other);

    public static Tensor ldexp_(Tensor input, Tensor other) => Aten.ldexp_(input, other);

    public static Tensor lgamma(Tensor input) => Aten.lgamma(input);

    public static Tensor lgamma_(Tensor input) => Aten.lgamma_(input);

    public static Tensor logaddexp(Tensor left, Tensor right) => Aten.logaddexp(left, right);

    public static Tensor logaddexp2(Tensor left, Tensor right) => Aten.logaddexp2(left, right);

    public static Tensor logit(Tensor input, double? eps = null) => Aten.logit(input, eps);

    public static Tensor logit_(Tensor input, double? eps = null) => Aten.logit_(input, eps);

    public static Tensor mvlgamma(Tensor input, long p) => Aten.mvlgamma(input, p);

    public static Tensor mvlgamma_(Tensor input, long p) => Aten.mvlgamma_(input, p);

    public static Tensor negative(Tensor input) => Aten.neg(input);

    public static Tensor negative_(Tensor input) => Aten.neg_(input);

    public static Tensor nextafter(Tensor input, Tensor other) => Aten.nextafter(input, other);

    public static Tensor nextafter_(Tensor input, Tensor other) => Aten.nextafter_(input, other);

    public static Tensor polygamma_(Tensor input, long p) => Aten.polygamma_(input, p);

    public static Tensor positive(Tensor input) => Aten.positive(input);

    public static Tensor rad2deg(Tensor input) => Aten.rad2deg(input);

    public static Tensor rad2deg_(Tensor input) => Aten.rad2deg_(input);

    public static Tensor sgn(Tensor input) => Aten.sgn(input);

    public static Tensor sgn_(Tensor input) => Aten.sgn_(input);

    public static Tensor signbit(Tensor input) => Aten.signbit(input);

    public static Tensor sinc(Tensor input) => Aten.sinc(input);

    public static Tensor sinc_(Tensor input) => Aten.sinc_(input);

    public static Tensor xlogy(Tensor x, Scalar y) => Aten.xlogy_Scalar_Other(x, y);

    public static Tensor xlogy(Tensor x, Tensor y) => Aten.xlogy_Tensor(x, y);

    public static Tensor xlogy_(Tensor x, Scalar y) => Aten.xlogy__Scalar_Other(x, y);

    public static Tensor xlogy_(Tensor x, Tensor y) => Aten.xlogy__Tensor(x, y);

    public static Tensor polygamma(Tensor input, long p) => Aten.polygamma(p, input);
}
