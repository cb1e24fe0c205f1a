namespace TorchSharp;

public static partial class torch
{
    /// <summary>Functions of mathematical physics and statistics, of each element.</summary>
    public static class special
    {
        public static Tensor airy_ai(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_airy_ai(input));

        public static Tensor bessel_j0(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_bessel_j0(input));

        public static Tensor bessel_j1(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_bessel_j1(input));

        public static Tensor bessel_y0(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_bessel_y0(input));

        public static Tensor bessel_y1(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_bessel_y1(input));

        public static Tensor chebyshev_polynomial_t(Tensor x, Tensor n, Tensor? @out = null) => Into(@out, Aten.special_chebyshev_polynomial_t(x, n));

        public static Tensor digamma(Tensor input) => Aten.digamma(input);

        public static Tensor entr(Tensor input) => Aten.special_entr(input);

        public static Tensor erf(Tensor input) => Aten.erf(input);

        public static Tensor erfc(Tensor input) => Aten.erfc(input);

        public static Tensor erfcx(Tensor input) => Aten.special_erfcx(input);

        public static Tensor erfinv(Tensor input) => Aten.erfinv(input);

        public static Tensor exp2(Tensor input) => Aten.exp2(input);

        public static Tensor expit(Tensor input) => Aten.sigmoid(input);

        public static Tensor expm1(Tensor input) => Aten.expm1(input);

        public static Tensor gammainc(Tensor input, Tensor other) => Aten.igamma(input, other);

        public static Tensor gammaincc(Tensor input, Tensor other) => Aten.igammac(input, other);

        public static Tensor gammaln(Tensor input) => Aten.lgamma(input);

        public static Tensor hermite_polynomial_h(Tensor x, Tensor n, Tensor? @out = null) => Into(@out, Aten.special_hermite_polynomial_h(x, n));

        public static Tensor i0(Tensor input) => Aten.i0(input);

        public static Tensor i0e(Tensor input) => Aten.special_i0e(input);

        public static Tensor i1(Tensor input) => Aten.special_i1(input);

        public static Tensor i1e(Tensor input) => Aten.special_i1e(input);

        public static Tensor laguerre_polynomial_l(Tensor x, Tensor n, Tensor? @out = null) => Into(@out, Aten.special_laguerre_polynomial_l(x, n));

        public static Tensor legendre_polynomial_p(Tensor x, Tensor n, Tensor? @out = null) => Into(@out, Aten.special_legendre_polynomial_p(x, n));

        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => Aten.log_softmax_int(input, dim, dtype);

        public static Tensor logit(Tensor input) => Aten.logit(input, null);

        public static Tensor modified_bessel_i0(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_modified_bessel_i0(input));

        public static Tensor modified_bessel_i1(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_modified_bessel_i1(input));

        public static Tensor modified_bessel_k0(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_modified_bessel_k0(input));

        public static Tensor modified_bessel_k1(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_modified_bessel_k1(input));

        public static Tensor multigammaln(Tensor input, long p) => Aten.mvlgamma(input, p);

        public static Tensor ndtr(Tensor input) => Aten.special_ndtr(input);

        public static Tensor ndtri(Tensor input) => Aten.special_ndtri(input);

        public static Tensor polygamma(long n, Tensor input) => Aten.polygamma(n, input);

        public static Tensor psi(Tensor input) => Aten.digamma(input);

        public static Tensor sigmoid(Tensor input) => Aten.sigmoid(input);

        public static Tensor sigmoid_(Tensor input) => Aten.sigmoid_(input);

        public static Tensor sinc(Tensor input) => Aten.sinc(input);

        public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Aten.softmax_int(input, dim, dtype);

        public static Tensor spherical_bessel_j0(Tensor input, Tensor? @out = null) => Into(@out, Aten.special_spherical_bessel_j0(input));

        public static Tensor xlog1py(Tensor input, Tensor other) => Aten.special_xlog1py(input, other);

        public static Tensor zeta(Tensor x, Tensor q) => Aten.special_zeta(x, q);
    }
}
