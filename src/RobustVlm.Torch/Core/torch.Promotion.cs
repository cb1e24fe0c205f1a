namespace TorchSharp;

/// <content>Rules between element types, questions about tensors, threads.</content>
public static partial class torch
{
    public static bool can_cast(ScalarType from, ScalarType to) => Aten.can_cast(from, to);

    public static ScalarType promote_types(ScalarType type1, ScalarType type2) => Aten.promote_types(type1, type2);

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) => Aten.result_type_Tensor(tensor1, tensor2);

    public static bool is_integral(Tensor t) => t.is_integral();

    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    public static bool is_complex(Tensor input) => input.is_complex();

    public static bool is_nonzero(Tensor input) => input.is_nonzero();

    public static bool is_tensor(object obj) => obj is Tensor;

    public static int get_num_threads() => RobustVlm.Torch.Runtime.Threads;

    /// <summary>Threads for operators and for matrix products, which have a pool of their own.</summary>
    public static void set_num_threads(int num) => RobustVlm.Torch.Runtime.Threads = num;
}
