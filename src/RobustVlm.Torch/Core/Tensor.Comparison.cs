namespace TorchSharp;

public static partial class torch
{
    /// <content>Comparisons; results are Bool tensors of the broadcast shape.</content>
    public unsafe partial class Tensor
    {
        public Tensor eq(Tensor target) => Aten.eq_Tensor(this, target);

        public Tensor eq(Scalar target) => Aten.eq_Scalar(this, target);

        public Tensor ne(Tensor target) => Aten.ne_Tensor(this, target);

        public Tensor ne(Scalar target) => Aten.ne_Scalar(this, target);

        public Tensor lt(Tensor target) => Aten.lt_Tensor(this, target);

        public Tensor lt(Scalar target) => Aten.lt_Scalar(this, target);

        public Tensor le(Tensor target) => Aten.le_Tensor(this, target);

        public Tensor le(Scalar target) => Aten.le_Scalar(this, target);

        public Tensor gt(Tensor target) => Aten.gt_Tensor(this, target);

        public Tensor gt(Scalar target) => Aten.gt_Scalar(this, target);

        public Tensor ge(Tensor target) => Aten.ge_Tensor(this, target);

        public Tensor ge(Scalar target) => Aten.ge_Scalar(this, target);

        public Tensor logical_and(Tensor other) => Aten.logical_and(this, other);

        public Tensor logical_or(Tensor other) => Aten.logical_or(this, other);

        public Tensor logical_xor(Tensor other) => Aten.logical_xor(this, other);

        public Tensor bitwise_and(Tensor other) => Aten.bitwise_and_Tensor(this, other);

        public Tensor bitwise_or(Tensor other) => Aten.bitwise_or_Tensor(this, other);

        public Tensor bitwise_xor(Tensor other) => Aten.bitwise_xor_Tensor(this, other);
    }
}
