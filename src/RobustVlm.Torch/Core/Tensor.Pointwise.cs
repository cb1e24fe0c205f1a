namespace TorchSharp;

public static partial class torch
{
    /// <content>Special functions and rarer functions of each element.</content>
    public unsafe partial class Tensor
    {
        public Tensor absolute() => Aten.abs(this);

        public Tensor absolute_() => Aten.abs_(this);

        public Tensor copysign(Tensor other) => Aten.copysign_Tensor(this, other);

        public Tensor copysign_(Tensor other) => Aten.copysign__Tensor(this, other);

        public Tensor deg2rad() => Aten.deg2rad(this);

        public Tensor deg2rad_() => Aten.deg2rad_(this);

        public Tensor digamma() => Aten.digamma(this);

        public Tensor digamma_() => Aten.digamma_(this);

        public Tensor erf_() => Aten.erf_(this);

        public Tensor erfc_() => Aten.erfc_(this);

        public Tensor erfinv_() => Aten.erfinv_(this);

        public Tensor fix() => Aten.trunc(this);

        public Tensor fix_() => Aten.trunc_(this);

        public Tensor float_power(Tensor target) => Aten.float_power_Tensor_Tensor(this, target);

        public Tensor float_power_(Tensor target) => Aten.float_power__Tensor(this, target);

        public Tensor fmax(Tensor other) => Aten.fmax(this, other);

        public Tensor fmin(Tensor other) => Aten.fmin(this, other);

        public (Tensor Mantissa, Tensor Exponent) frexp() => Aten.frexp_Tensor(this);

        public Tensor gcd(Tensor other) => Aten.gcd(this, other);

        public Tensor gcd_(Tensor other) => Aten.gcd_(this, other);

        public Tensor heaviside(Tensor other) => Aten.heaviside(this, other);

        public Tensor heaviside_(Tensor other) => Aten.heaviside_(this, other);

        public Tensor hypot(Tensor other) => Aten.hypot(this, other);

        public Tensor i0() => Aten.i0(this);

        public Tensor i0_() => Aten.i0_(this);

        public Tensor igamma(Tensor other) => Aten.igamma(this, other);

        public Tensor igammac(Tensor other) => Aten.igammac(this, other);

        public Tensor lcm(Tensor other) => Aten.lcm(this, other);

        public Tensor lcm_(Tensor other) => Aten.lcm_(this, other);

        public Tensor ldexp(Tensor other) => Aten.ldexp_Tensor(this, other);

        public Tensor ldexp_(Tensor other) => Aten.ldexp_(this, other);

        public Tensor lgamma() => Aten.lgamma(this);

        public Tensor lgamma_() => Aten.lgamma_(this);

        public Tensor logaddexp(Tensor other) => Aten.logaddexp(this, other);

        public Tensor logaddexp2(Tensor other) => Aten.logaddexp2(this, other);

        public Tensor logit(double? eps = null) => Aten.logit(this, eps);

        public Tensor logit_(double? eps = null) => Aten.logit_(this, eps);

        public Tensor mvlgamma(long p) => Aten.mvlgamma(this, p);

        public Tensor mvlgamma_(long p) => Aten.mvlgamma_(this, p);

        public Tensor negative() => Aten.neg(this);

        public Tensor nextafter(Tensor other) => Aten.nextafter(this, other);

        public Tensor nextafter_(Tensor other) => Aten.nextafter_(this, other);

        public Tensor polygamma_(long p) => Aten.polygamma_(this, p);

        public Tensor positive() => Aten.positive(this);

        public Tensor rad2deg() => Aten.rad2deg(this);

        public Tensor rad2deg_() => Aten.rad2deg_(this);

        public Tensor sgn() => Aten.sgn(this);

        public Tensor sgn_() => Aten.sgn_(this);

        public Tensor signbit() => Aten.signbit(this);

        public Tensor sinc() => Aten.sinc(this);

        public Tensor sinc_() => Aten.sinc_(this);

        public Tensor xlogy(Scalar y) => Aten.xlogy_Scalar_Other(this, y);

        public Tensor xlogy(Tensor y) => Aten.xlogy_Tensor(this, y);

        public Tensor xlogy_(Scalar y) => Aten.xlogy__Scalar_Other(this, y);

        public Tensor xlogy_(Tensor y) => Aten.xlogy__Tensor(this, y);

        public Tensor polygamma(long p) => Aten.polygamma(p, this);
    }
}
