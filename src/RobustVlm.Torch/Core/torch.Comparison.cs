namespace TorchSharp;

/// <content>Comparisons; results are Bool tensors of the broadcast shape.</content>
public static partial class torch
{
    public static Tensor eq(Tensor left, Tensor right) => Aten.eq_Tensor(left, right);

    public static Tensor eq(Tensor left, Scalar right) => Aten.eq_Scalar(left, right);

    public static Tensor ne(Tensor left, Tensor right) => Aten.ne_Tensor(left, right);

    public static Tensor ne(Tensor left, Scalar right) => Aten.ne_Scalar(left, right);

    public static Tensor lt(Tensor left, Tensor right) => Aten.lt_Tensor(left, right);

    public static Tensor lt(Tensor left, Scalar right) => Aten.lt_Scalar(left, right);

    public static Tensor le(Tensor left, Tensor right) => Aten.le_Tensor(left, right);

    public static Tensor le(Tensor left, Scalar right) => Aten.le_Scalar(left, right);

    public static Tensor gt(Tensor left, Tensor right) => Aten.gt_Tensor(left, right);

    public static Tensor gt(Tensor left, Scalar right) => Aten.gt_Scalar(left, right);

    public static Tensor ge(Tensor left, Tensor right) => Aten.ge_Tensor(left, right);

    public static Tensor ge(Tensor left, Scalar right) => Aten.ge_Scalar(left, right);

    public static Tensor logical_and(Tensor left, Tensor right) => Aten.logical_and(left, right);

    public static Tensor logical_or(Tensor left, Tensor right) => Aten.logical_or(left, right);

    public static Tensor logical_xor(Tensor left, Tensor right) => Aten.logical_xor(left, right);

    public static Tensor bitwise_and(Tensor left, Tensor right) => Aten.bitwise_and_Tensor(left, right);

    public static Tensor bitwise_or(Tensor left, Tensor right) => Aten.bitwise_or_Tensor(left, right);

    public static Tensor bitwise_xor(Tensor left, Tensor right) => Aten.bitwise_xor_Tensor(left, right);
}
