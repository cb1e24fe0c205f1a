namespace TorchSharp;

public static partial class torch
{
    /// <content>Comparisons under their long names and in place, logic and bits.</content>
    public unsafe partial class Tensor
    {
        public Tensor bitwise_and_(Tensor other) => Aten.bitwise_and__Tensor(this, other);

        public Tensor bitwise_left_shift(Tensor other) => Aten.bitwise_left_shift_Tensor(this, other);

        public Tensor bitwise_left_shift_(Tensor other) => Aten.bitwise_left_shift__Tensor(this, other);

        public Tensor bitwise_not_() => Aten.bitwise_not_(this);

        public Tensor bitwise_or_(Tensor other) => Aten.bitwise_or__Tensor(this, other);

        public Tensor bitwise_right_shift(Tensor other) => Aten.bitwise_right_shift_Tensor(this, other);

        public Tensor bitwise_right_shift_(Tensor other) => Aten.bitwise_right_shift__Tensor(this, other);

        public Tensor bitwise_xor_(Tensor other) => Aten.bitwise_xor__Tensor(this, other);

        public Tensor eq_(Scalar target) => Aten.eq__Scalar(this, target);

        public Tensor eq_(Tensor target) => Aten.eq__Tensor(this, target);

        public Tensor ge_(Scalar target) => Aten.ge__Scalar(this, target);

        public Tensor ge_(Tensor target) => Aten.ge__Tensor(this, target);

        public Tensor greater(Tensor target) => Aten.gt_Tensor(this, target);

        public Tensor greater_equal(Tensor target) => Aten.ge_Tensor(this, target);

        public Tensor gt_(Scalar target) => Aten.gt__Scalar(this, target);

        public Tensor gt_(Tensor target) => Aten.gt__Tensor(this, target);

        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) => Aten.isin_Tensor_Tensor(this, test_elements, assumeUnique, invert);

        public Tensor isneginf() => Aten.isneginf(this);

        public Tensor isposinf() => Aten.isposinf(this);

        public Tensor isreal() => Aten.isreal(this);

        public Tensor le_(Scalar target) => Aten.le__Scalar(this, target);

        public Tensor le_(Tensor target) => Aten.le__Tensor(this, target);

        public Tensor less(Tensor target) => Aten.lt_Tensor(this, target);

        public Tensor less_equal(Tensor target) => Aten.le_Tensor(this, target);

        public Tensor less_equal_(Tensor target) => Aten.le__Tensor(this, target);

        public Tensor logical_and_(Tensor other) => Aten.logical_and_(this, other);

        public Tensor logical_not_() => Aten.logical_not_(this);

        public Tensor logical_or_(Tensor other) => Aten.logical_or_(this, other);

        public Tensor logical_xor_(Tensor other) => Aten.logical_xor_(this, other);

        public Tensor lt_(Scalar target) => Aten.lt__Scalar(this, target);

        public Tensor lt_(Tensor target) => Aten.lt__Tensor(this, target);

        public Tensor ne_(Scalar target) => Aten.ne__Scalar(this, target);

        public Tensor ne_(Tensor target) => Aten.ne__Tensor(this, target);

        public Tensor not_equal(Tensor target) => Aten.ne_Tensor(this, target);

        public Tensor not_equal_(Tensor target) => Aten.ne__Tensor(this, target);

        public Tensor equal(Tensor target) => eq(target);

        public bool Equals(Tensor target) => Equals((object)target);
    }
}
