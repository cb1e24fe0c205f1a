namespace TorchSharp;

/// <content>Functions of each element.</content>
public static partial class torch
{
    public static Tensor neg(Tensor input) => Aten.neg(input);

    public static Tensor neg_(Tensor input) => Aten.neg_(input);

    public static Tensor exp(Tensor input) => Aten.exp(input);

    public static Tensor exp_(Tensor input) => Aten.exp_(input);

    public static Tensor exp2(Tensor input) => Aten.exp2(input);

    public static Tensor log(Tensor input) => Aten.log(input);

    public static Tensor log_(Tensor input) => Aten.log_(input);

    public static Tensor log1p(Tensor input) => Aten.log1p(input);

    public static Tensor log1p_(Tensor input) => Aten.log1p_(input);

    public static Tensor expm1(Tensor input) => Aten.expm1(input);

    public static Tensor expm1_(Tensor input) => Aten.expm1_(input);

    public static Tensor log2(Tensor input) => Aten.log2(input);

    public static Tensor log10(Tensor input) => Aten.log10(input);

    public static Tensor sqrt(Tensor input) => Aten.sqrt(input);

    public static Tensor sqrt_(Tensor input) => Aten.sqrt_(input);

    public static Tensor rsqrt(Tensor input) => Aten.rsqrt(input);

    public static Tensor rsqrt_(Tensor input) => Aten.rsqrt_(input);

    public static Tensor square(Tensor input) => Aten.square(input);

    public static Tensor abs(Tensor input) => Aten.abs(input);

    public static Tensor abs_(Tensor input) => Aten.abs_(input);

    public static Tensor sign(Tensor input) => Aten.sign(input);

    public static Tensor sign_(Tensor input) => Aten.sign_(input);

    public static Tensor sin(Tensor input) => Aten.sin(input);

    public static Tensor sin_(Tensor input) => Aten.sin_(input);

    public static Tensor cos(Tensor input) => Aten.cos(input);

    public static Tensor cos_(Tensor input) => Aten.cos_(input);

    public static Tensor tan(Tensor input) => Aten.tan(input);

    public static Tensor tan_(Tensor input) => Aten.tan_(input);

    public static Tensor asin(Tensor input) => Aten.asin(input);

    public static Tensor acos(Tensor input) => Aten.acos(input);

    public static Tensor atan(Tensor input) => Aten.atan(input);

    public static Tensor sinh(Tensor input) => Aten.sinh(input);

    public static Tensor cosh(Tensor input) => Aten.cosh(input);

    public static Tensor tanh(Tensor input) => Aten.tanh(input);

    public static Tensor tanh_(Tensor input) => Aten.tanh_(input);

    public static Tensor sigmoid(Tensor input) => Aten.sigmoid(input);

    public static Tensor sigmoid_(Tensor input) => Aten.sigmoid_(input);

    public static Tensor erf(Tensor input) => Aten.erf(input);

    public static Tensor erfc(Tensor input) => Aten.erfc(input);

    public static Tensor erfinv(Tensor input) => Aten.erfinv(input);

    public static Tensor floor(Tensor input) => Aten.floor(input);

    public static Tensor floor_(Tensor input) => Aten.floor_(input);

    public static Tensor ceil(Tensor input) => Aten.ceil(input);

    public static Tensor ceil_(Tensor input) => Aten.ceil_(input);

    public static Tensor round(Tensor input) => Aten.round(input);

    public static Tensor round_(Tensor input) => Aten.round_(input);

    public static Tensor trunc(Tensor input) => Aten.trunc(input);

    public static Tensor trunc_(Tensor input) => Aten.trunc_(input);

    public static Tensor frac(Tensor input) => Aten.frac(input);

    public static Tensor frac_(Tensor input) => Aten.frac_(input);

    public static Tensor reciprocal(Tensor input) => Aten.reciprocal(input);

    public static Tensor reciprocal_(Tensor input) => Aten.reciprocal_(input);

    public static Tensor relu(Tensor input) => Aten.relu(input);

    public static Tensor relu_(Tensor input) => Aten.relu_(input);

    public static Tensor logical_not(Tensor input) => Aten.logical_not(input);

    public static Tensor bitwise_not(Tensor input) => Aten.bitwise_not(input);

    public static Tensor isnan(Tensor input) => Aten.isnan(input);

    public static Tensor isinf(Tensor tensor) => Aten.isinf(tensor);

    public static Tensor isfinite(Tensor tensor) => Aten.isfinite(tensor);
}
