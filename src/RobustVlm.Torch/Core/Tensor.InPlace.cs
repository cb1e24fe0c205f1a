namespace TorchSharp;

public static partial class torch
{
    /// <content>Arithmetic in place and under other names.</content>
    public unsafe partial class Tensor
    {
        public Tensor add_(Scalar scalar, Scalar alpha) => Aten.add__Scalar(this, scalar, alpha);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Aten.addcdiv(this, tensor1, tensor2, 1);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Aten.addcdiv_(this, tensor1, tensor2, 1);

        public Tensor clamp_max_(Scalar max) => Aten.clamp_max_(this, max);

        public Tensor clamp_min_(Scalar min) => Aten.clamp_min_(this, min);

        public Tensor floor_divide_(Scalar other) => Aten.floor_divide__Scalar(this, other);

        public Tensor floor_divide_(Tensor other) => Aten.floor_divide__Tensor(this, other);

        public Tensor fmod_(Scalar scalar) => Aten.fmod__Scalar(this, scalar);

        public Tensor fmod_(Tensor target) => Aten.fmod__Tensor(this, target);

        public Tensor remainder_(Scalar scalar) => Aten.remainder__Scalar(this, scalar);

        public Tensor remainder_(Tensor target) => Aten.remainder__Tensor(this, target);

        public Tensor round_(long decimals) => Aten.round__decimals(this, decimals);

        public Tensor subtract_(Scalar target) => Aten.sub__Scalar(this, target, 1);

        public Tensor subtract_(Tensor target) => Aten.sub__Tensor(this, target, 1);

        public Tensor true_divide(Scalar other) => Aten.div_Scalar(this, other);

        public Tensor true_divide(Tensor other) => Aten.div_Tensor(this, other);

        public Tensor true_divide_(Scalar other) => Aten.div__Scalar(this, other);

        public Tensor true_divide_(Tensor other) => Aten.div__Tensor(this, other);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None ? Aten.div__Tensor(this, target) : Aten.div__Tensor_mode(this, target, NameOf(rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None ? Aten.div__Scalar(this, target) : Aten.div__Scalar_mode(this, target, NameOf(rounding_mode));

        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);

        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);

        public Tensor nan_to_num_(double nan = 0, double? posinf = null, double? neginf = null) => Aten.nan_to_num_(this, nan, posinf, neginf);
    }
}
