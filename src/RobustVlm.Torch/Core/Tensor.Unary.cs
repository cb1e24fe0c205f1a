namespace TorchSharp;

public static partial class torch
{
    /// <content>Functions of each element.</content>
    public unsafe partial class Tensor
    {
        public Tensor neg() => Aten.neg(this);

        public Tensor neg_() => Aten.neg_(this);

        public Tensor exp() => Aten.exp(this);

        public Tensor exp_() => Aten.exp_(this);

        public Tensor exp2() => Aten.exp2(this);

        public Tensor log() => Aten.log(this);

        public Tensor log_() => Aten.log_(this);

        public Tensor log1p() => Aten.log1p(this);

        public Tensor log1p_() => Aten.log1p_(this);

        public Tensor expm1() => Aten.expm1(this);

        public Tensor expm1_() => Aten.expm1_(this);

        public Tensor log2() => Aten.log2(this);

        public Tensor log10() => Aten.log10(this);

        public Tensor sqrt() => Aten.sqrt(this);

        public Tensor sqrt_() => Aten.sqrt_(this);

        public Tensor rsqrt() => Aten.rsqrt(this);

        public Tensor rsqrt_() => Aten.rsqrt_(this);

        public Tensor square() => Aten.square(this);

        public Tensor abs() => Aten.abs(this);

        public Tensor abs_() => Aten.abs_(this);

        public Tensor sign() => Aten.sign(this);

        public Tensor sign_() => Aten.sign_(this);

        public Tensor sin() => Aten.sin(this);

        public Tensor sin_() => Aten.sin_(this);

        public Tensor cos() => Aten.cos(this);

        public Tensor cos_() => Aten.cos_(this);

        public Tensor tan() => Aten.tan(this);

        public Tensor tan_() => Aten.tan_(this);

        public Tensor asin() => Aten.asin(this);

        public Tensor acos() => Aten.acos(this);

        public Tensor atan() => Aten.atan(this);

        public Tensor sinh() => Aten.sinh(this);

        public Tensor cosh() => Aten.cosh(this);

        public Tensor tanh() => Aten.tanh(this);

        public Tensor tanh_() => Aten.tanh_(this);

        public Tensor sigmoid() => Aten.sigmoid(this);

        public Tensor sigmoid_() => Aten.sigmoid_(this);

        public Tensor erf() => Aten.erf(this);

        public Tensor erfc() => Aten.erfc(this);

        public Tensor erfinv() => Aten.erfinv(this);

        public Tensor floor() => Aten.floor(this);

        public Tensor floor_() => Aten.floor_(this);

        public Tensor ceil() => Aten.ceil(this);

        public Tensor ceil_() => Aten.ceil_(this);

        public Tensor round() => Aten.round(this);

        public Tensor round_() => Aten.round_(this);

        public Tensor trunc() => Aten.trunc(this);

        public Tensor trunc_() => Aten.trunc_(this);

        public Tensor frac() => Aten.frac(this);

        public Tensor frac_() => Aten.frac_(this);

        public Tensor reciprocal() => Aten.reciprocal(this);

        public Tensor reciprocal_() => Aten.reciprocal_(this);

        public Tensor relu() => Aten.relu(this);

        public Tensor relu_() => Aten.relu_(this);

        public Tensor logical_not() => Aten.logical_not(this);

        public Tensor bitwise_not() => Aten.bitwise_not(this);

        public Tensor isnan() => Aten.isnan(this);

        public Tensor isinf() => Aten.isinf(this);

        public Tensor isfinite() => Aten.isfinite(this);
    }
}
