namespace TorchSharp;

public static partial class torch
{
    /// <content>Inverse and hyperbolic functions under all their names, and in place.</content>
    public unsafe partial class Tensor
    {
        public Tensor acos_() => Aten.acos_(this);

        public Tensor acosh() => Aten.acosh(this);

        public Tensor acosh_() => Aten.acosh_(this);

        public Tensor arccos() => Aten.acos(this);

        public Tensor arccos_() => Aten.acos_(this);

        public Tensor arccosh() => Aten.acosh(this);

        public Tensor arccosh_() => Aten.acosh_(this);

        public Tensor arcsin() => Aten.asin(this);

        public Tensor arcsin_() => Aten.asin_(this);

        public Tensor arcsinh() => Aten.asinh(this);

        public Tensor arcsinh_() => Aten.asinh_(this);

        public Tensor arctan() => Aten.atan(this);

        public Tensor arctan2(Tensor other) => Aten.atan2(this, other);

        public Tensor arctan2_(Tensor other) => Aten.atan2_(this, other);

        public Tensor arctan_() => Aten.atan_(this);

        public Tensor arctanh() => Aten.atanh(this);

        public Tensor arctanh_() => Aten.atanh_(this);

        public Tensor asin_() => Aten.asin_(this);

        public Tensor asinh() => Aten.asinh(this);

        public Tensor asinh_() => Aten.asinh_(this);

        public Tensor atan2_(Tensor other) => Aten.atan2_(this, other);

        public Tensor atan_() => Aten.atan_(this);

        public Tensor atanh() => Aten.atanh(this);

        public Tensor atanh_() => Aten.atanh_(this);

        public Tensor cosh_() => Aten.cosh_(this);

        public Tensor exp2_() => Aten.exp2_(this);

        public Tensor log10_() => Aten.log10_(this);

        public Tensor log2_() => Aten.log2_(this);

        public Tensor sinh_() => Aten.sinh_(this);
    }
}
