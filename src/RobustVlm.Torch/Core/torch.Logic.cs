namespace TorchSharp;

/// <content>Comparisons under their long names, logic and bits.</content>
public static partial class torch
{
    public static Tensor bitwise_and_(Tensor left, Tensor right) => Aten.bitwise_and__Tensor(left, right);

    public static Tensor bitwise_left_shift(Tensor left, Tensor right) => Aten.bitwise_left_shift_Tensor(left, right);

    public static Tensor bitwise_left_shift_(Tensor left, Tensor right) => Aten.bitwise_left_shift__Tensor(left, right);

    public static Tensor bitwise_not_(Tensor input) => Aten.bitwise_not_(input);

    public static Tensor bitwise_or_(Tensor left, Tensor right) => Aten.bitwise_or__Tensor(left, right);

    public static Tensor bitwise_right_shift(Tensor left, Tensor right) => Aten.bitwise_right_shift_Tensor(left, right);

    public static Tensor bitwise_right_shift_(Tensor left, Tensor right) => Aten.bitwise_right_shift__Tensor(left, right);

    public static Tensor bitwise_xor_(Tensor left, Tensor right) => Aten.bitwise_xor__Tensor(left, right);

    public static Tensor greater(Tensor tensor, Tensor target) => Aten.gt_Tensor(tensor, target);

    public static Tensor greater_equal(Tensor tensor, Tensor target) => Aten.ge_Tensor(tensor, target);

    public static Tensor isin(Tensor tensor, Tensor test_elements, bool assumeUnique = false, bool invert = false) => Aten.isin_Tensor_Tensor(tensor, test_elements, assumeUnique, invert);

    public static Tensor isneginf(Tensor tensor) => Aten.isneginf(tensor);

    public static Tensor isposinf(Tensor tensor) => Aten.isposinf(tensor);

    public static Tensor isreal(Tensor tensor) => Aten.isreal(tensor);

    public static Tensor less(Tensor tensor, Tensor target) => Aten.lt_Tensor(tensor, target);

    public static Tensor less_equal(Tensor tensor, Tensor target) => Aten.le_Tensor(tensor, target);

    public static Tensor logical_and_(Tensor left, Tensor right) => Aten.logical_and_(left, right);

    public static Tensor logical_or_(Tensor left, Tensor right) => Aten.logical_or_(left, right);

    public static Tensor logical_xor_(Tensor left, Tensor right) => Aten.logical_xor_(left, right);

    public static Tensor not_equal(Tensor tensor, Tensor target) => Aten.ne_Tensor(tensor, target);

    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => tensor.isclose(other, rtol, atol, nanEqual);
}
