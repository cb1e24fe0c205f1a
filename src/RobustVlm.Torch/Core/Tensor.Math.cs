namespace TorchSharp;

public static partial class torch
{
    /// <content>Arithmetic with two operands; shapes are broadcast.</content>
    public unsafe partial class Tensor
    {
        public Tensor add(Tensor target) => Aten.add_Tensor(this, target, 1);

        public Tensor add(Tensor target, Scalar alpha) => Aten.add_Tensor(this, target, alpha);

        public Tensor add(Scalar scalar) => Aten.add_Scalar(this, scalar, 1);

        public Tensor add(Scalar scalar, Scalar alpha) => Aten.add_Scalar(this, scalar, alpha);

        public Tensor add_(Tensor target) => Aten.add__Tensor(this, target, 1);

        public Tensor add_(Tensor target, Scalar alpha) => Aten.add__Tensor(this, target, alpha);

        public Tensor add_(Scalar scalar) => Aten.add__Scalar(this, scalar, 1);

        public Tensor sub(Tensor target) => Aten.sub_Tensor(this, target, 1);

        public Tensor sub(Scalar target) => Aten.sub_Scalar(this, target, 1);

        public Tensor subtract(Tensor target) => sub(target);

        public Tensor subtract(Scalar target) => sub(target);

        public Tensor sub_(Tensor target) => Aten.sub__Tensor(this, target, 1);

        public Tensor sub_(Scalar target) => Aten.sub__Scalar(this, target, 1);

        public Tensor mul(Tensor target) => Aten.mul_Tensor(this, target);

        public Tensor mul(Scalar target) => Aten.mul_Scalar(this, target);

        public Tensor multiply(Tensor target) => mul(target);

        public Tensor multiply(Scalar target) => mul(target);

        public Tensor mul_(Tensor target) => Aten.mul__Tensor(this, target);

        public Tensor mul_(Scalar target) => Aten.mul__Scalar(this, target);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            rounding_mode == RoundingMode.None ? Aten.div_Tensor(this, target) : Aten.div_Tensor_mode(this, target, NameOf(rounding_mode));

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            rounding_mode == RoundingMode.None ? Aten.div_Scalar(this, target) : Aten.div_Scalar_mode(this, target, NameOf(rounding_mode));

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor floor_divide(Tensor other) => Aten.floor_divide(this, other);

        public Tensor floor_divide(Scalar other) => Aten.floor_divide_Scalar(this, other);

        public Tensor fmod(Tensor target) => Aten.fmod_Tensor(this, target);

        public Tensor fmod(Scalar scalar) => Aten.fmod_Scalar(this, scalar);

        public Tensor remainder(Tensor target) => Aten.remainder_Tensor(this, target);

        public Tensor remainder(Scalar scalar) => Aten.remainder_Scalar(this, scalar);

        public Tensor pow(Tensor exponent) => Aten.pow_Tensor_Tensor(this, exponent);

        public Tensor pow(Scalar exponent) => Aten.pow_Tensor_Scalar(this, exponent);

        public Tensor pow_(Tensor exponent) => Aten.pow__Tensor(this, exponent);

        public Tensor pow_(Scalar exponent) => Aten.pow__Scalar(this, exponent);

        public Tensor atan2(Tensor other) => Aten.atan2(this, other);

        public Tensor maximum(Tensor other) => Aten.maximum(this, other);

        public Tensor minimum(Tensor other) => Aten.minimum(this, other);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.clamp(this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.clamp_Tensor(this, min, max);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Aten.clamp_(this, min, max);

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Aten.clamp__Tensor(this, min, max);

        public Tensor clamp_min(Scalar min) => Aten.clamp_min(this, min);

        public Tensor clamp_max(Scalar max) => Aten.clamp_max(this, max);

        public Tensor lerp(Tensor end, Tensor weight) => Aten.lerp_Tensor(this, end, weight);

        public Tensor lerp(Tensor end, Scalar weight) => Aten.lerp_Scalar(this, end, weight);

        public Tensor lerp_(Tensor end, Tensor weight) => Aten.lerp__Tensor(this, end, weight);

        public Tensor lerp_(Tensor end, Scalar weight) => Aten.lerp__Scalar(this, end, weight);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcmul(this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcmul_(this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcdiv(this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcdiv_(this, tensor1, tensor2, value);

        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) => Aten.nan_to_num(this, nan, posinf, neginf);

        public Tensor where(Tensor condition, Tensor y) => Aten.where_self(condition, this, y);

        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.masked_fill_Scalar(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Aten.masked_fill__Scalar(this, mask, value);

        public Tensor matmul(Tensor target) => Aten.matmul(this, target);

        public Tensor mm(Tensor target) => Aten.mm(this, target);

        public Tensor bmm(Tensor batch2) => Aten.bmm(this, batch2);

        public Tensor mv(Tensor target) => Aten.mv(this, target);

        public Tensor dot(Tensor target) => Aten.dot(this, target);

        public Tensor outer(Tensor vec2) => Aten.outer(this, vec2);

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Aten.addmm(this, mat1, mat2, beta, alpha);

        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Aten.baddbmm(this, batch1, batch2, beta, alpha);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.softmax_int(this, dim, dtype);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.log_softmax_int(this, dim, dtype);

        public Tensor round(long decimals) => Aten.round_decimals(this, decimals);

        public Tensor gelu() => Aten.gelu(this, "none");

        public Tensor silu() => Aten.silu(this);

        /// <summary>Whether shapes agree and no element differs by more than the tolerances.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => Aten.allclose(this, target, rtol, atol, equal_nan);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => Aten.isclose(this, other, rtol, atol, nanEqual);

        private static string NameOf(RoundingMode mode) => mode == RoundingMode.trunc ? "trunc" : "floor";
    }

    /// <summary>How a quotient is rounded.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }
}
