namespace TorchSharp;

/// <content>Inverse and hyperbolic functions under all their names, and in place.</content>
public static partial class torch
{
    public static Tensor acos_(Tensor input) => Aten.acos_(input);

    public static Tensor acosh(Tensor input) => Aten.acosh(input);

    public static Tensor acosh_(Tensor input) => Aten.acosh_(input);

    public static Tensor arccos(Tensor input) => Aten.acos(input);

    public static Tensor arccos_(Tensor input) => Aten.acos_(input);

    public static Tensor arccosh(Tensor input) => Aten.acosh(input);

    public static Tensor arccosh_(Tensor input) => Aten.acosh_(input);

    public static Tensor arcsin(Tensor input) => Aten.asin(input);

    public static Tensor arcsin_(Tensor input) => Aten.asin_(input);

    public static Tensor arcsinh(Tensor input) => Aten.asinh(input);

    public static Tensor arcsinh_(Tensor input) => Aten.asinh_(input);

    public static Tensor arctan(Tensor input) => Aten.atan(input);

    public static Tensor arctan2(Tensor input, Tensor other) => Aten.atan2(input, other);

    public static Tensor arctan2_(Tensor input, Tensor other) => Aten.atan2_(input, other);

    public static Tensor arctan_(Tensor input) => Aten.atan_(input);

    public static Tensor arctanh(Tensor input) => Aten.atanh(input);

    public static Tensor arctanh_(Tensor input) => Aten.atanh_(input);

    public static Tensor asin_(Tensor input) => Aten.asin_(input);

    public static Tensor asinh(Tensor input) => Aten.asinh(input);

    public static Tensor asinh_(Tensor input) => Aten.asinh_(input);

    public static Tensor atan2_(Tensor input, Tensor other) => Aten.atan2_(input, other);

    public static Tensor atan_(Tensor input) => Aten.atan_(input);

    public static Tensor atanh(Tensor input) => Aten.atanh(input);

    public static Tensor atanh_(Tensor input) => Aten.atanh_(input);

    public static Tensor cosh_(Tensor input) => Aten.cosh_(input);

    public static Tensor exp2_(Tensor input) => Aten.exp2_(input);

    public static Tensor log10_(Tensor input) => Aten.log10_(input);

    public static Tensor log2_(Tensor input) => Aten.log2_(input);

    public static Tensor sinh_(Tensor input) => Aten.sinh_(input);
}
