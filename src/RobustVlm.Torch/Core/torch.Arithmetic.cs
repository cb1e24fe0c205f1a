namespace TorchSharp;

/// <content>Arithmetic under all its names, and in place.</content>
public static partial class torch
{
    public static Tensor add(Tensor left, Scalar right, Scalar alpha) => Aten.add_Scalar(left, right, alpha);

    public static Tensor add(Tensor left, Tensor right, Scalar alpha) => Aten.add_Tensor(left, right, alpha);

    public static Tensor add_(Tensor left, Scalar right) => Aten.add__Scalar(left, right, 1);

    public static Tensor add_(Tensor left, Scalar right, Scalar alpha) => Aten.add__Scalar(left, right, alpha);

    public static Tensor add_(Tensor left, Tensor right) => Aten.add__Tensor(left, right, 1);

    public static Tensor add_(Tensor left, Tensor right, Scalar alpha) => Aten.add__Tensor(left, right, alpha);

    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcdiv(input, tensor1, tensor2, value);

    public static Tensor addcdiv_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcdiv_(input, tensor1, tensor2, value);

    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcmul(input, tensor1, tensor2, value);

    public static Tensor addcmul_(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => Aten.addcmul_(input, tensor1, tensor2, value);

    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => Aten.clamp_(input, min, max);

    public static Tensor clamp_(Tensor input, Tensor? min = null, Tensor? max = null) => Aten.clamp__Tensor(input, min, max);

    public static Tensor clamp_max(Tensor input, Scalar max) => Aten.clamp_max(input, max);

    public static Tensor clamp_max_(Tensor input, Scalar max) => Aten.clamp_max_(input, max);

    public static Tensor clamp_min(Tensor input, Scalar min) => Aten.clamp_min(input, min);

    public static Tensor clamp_min_(Tensor input, Scalar min) => Aten.clamp_min_(input, min);

    public static Tensor clip(Tensor input, Scalar? min = null, Scalar? max = null) => Aten.clamp(input, min, max);

    public static Tensor divide_(Tensor left, Scalar right) => Aten.div__Scalar(left, right);

    public static Tensor floor_divide(Tensor input, Tensor other) => input.floor_divide(other);

    public static Tensor floor_divide_(Tensor input, Tensor other) => input.floor_divide_(other);

    public static Tensor fmod(Tensor left, Scalar right) => left.fmod(right);

    public static Tensor fmod_(Tensor left, Scalar right) => left.fmod_(right);

    public static Tensor fmod_(Tensor left, Tensor right) => left.fmod_(right);

    public static Tensor max(Tensor input, Tensor other) => Aten.max_other(input, other);

    public static Tensor min(Tensor input, Tensor other) => Aten.minimum(input, other);

    public static Tensor mul(Tensor left, Scalar right) => Aten.mul_Scalar(left, right);

    public static Tensor mul_(Tensor left, Scalar right) => Aten.mul__Scalar(left, right);

    public static Tensor mul_(Tensor left, Tensor right) => Aten.mul__Tensor(left, right);

    public static Tensor multiply(Tensor left, Scalar right) => Aten.mul_Scalar(left, right);

    public static Tensor multiply(Tensor left, Tensor right) => Aten.mul_Tensor(left, right);

    public static Tensor multiply_(Tensor left, Scalar right) => Aten.mul__Scalar(left, right);

    public static Tensor multiply_(Tensor left, Tensor right) => Aten.mul__Tensor(left, right);

    public static Tensor pow_(Tensor left, Scalar exponent) => Aten.pow__Scalar(left, exponent);

    public static Tensor pow_(Tensor left, Tensor exponent) => Aten.pow__Tensor(left, exponent);

    public static Tensor remainder(Tensor left, Scalar right) => left.remainder(right);

    public static Tensor remainder_(Tensor left, Scalar right) => left.remainder_(right);

    public static Tensor remainder_(Tensor left, Tensor right) => left.remainder_(right);

    public static Tensor round_(Tensor input, long decimals) => Aten.round__decimals(input, decimals);

    public static Tensor sub(Tensor left, Scalar right) => Aten.sub_Scalar(left, right, 1);

    public static Tensor sub_(Tensor left, Scalar right) => Aten.sub__Scalar(left, right, 1);

    public static Tensor sub_(Tensor left, Tensor right) => Aten.sub__Tensor(left, right, 1);

    public static Tensor subtract(Tensor left, Scalar right) => Aten.sub_Scalar(left, right, 1);

    public static Tensor subtract(Tensor left, Tensor right) => Aten.sub_Tensor(left, right, 1);

    public static Tensor subtract_(Tensor left, Scalar right) => Aten.sub__Scalar(left, right, 1);

    public static Tensor subtract_(Tensor left, Tensor right) => Aten.sub__Tensor(left, right, 1);

    public static Tensor true_divide(Tensor dividend, Tensor divisor) => Aten.div_Tensor(dividend, divisor);

    public static Tensor true_divide_(Tensor dividend, Tensor divisor) => Aten.div__Tensor(dividend, divisor);

    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor div_(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);

    public static Tensor div_(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);

    public static Tensor divide(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor divide(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor divide_(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div_(right, rounding_mode);

    public static Tensor nan_to_num(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) => input.nan_to_num(nan, posinf, neginf);

    public static Tensor nan_to_num_(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) => input.nan_to_num_(nan, posinf, neginf);
}
