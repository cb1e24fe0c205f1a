namespace TorchSharp;

public static partial class torch
{
    /// <content>C# operators. <c>==</c> compares elements, so a null check is written <c>is null</c>.</content>
    public unsafe partial class Tensor
    {
        public static explicit operator float(Tensor value) => Given(value).ToSingle();

        public static explicit operator double(Tensor value) => Given(value).ToDouble();

        public static explicit operator long(Tensor value) => Given(value).ToInt64();

        public static explicit operator int(Tensor value) => Given(value).ToInt32();

        public static explicit operator bool(Tensor value) => Given(value).ToBoolean();

        public static Tensor operator +(Tensor left, Tensor right) => Given(left).add(right);

        public static Tensor operator +(Tensor left, Scalar right) => Given(left).add(right);

        public static Tensor operator +(Scalar left, Tensor right) => Given(right).add(left);

        public static Tensor operator -(Tensor left, Tensor right) => Given(left).sub(right);

        public static Tensor operator -(Tensor left, Scalar right) => Given(left).sub(right);

        public static Tensor operator -(Scalar left, Tensor right) => Aten.rsub_Scalar(right, left, 1);

        public static Tensor operator *(Tensor left, Tensor right) => Given(left).mul(right);

        public static Tensor operator *(Tensor left, Scalar right) => Given(left).mul(right);

        public static Tensor operator *(Scalar left, Tensor right) => Given(right).mul(left);

        public static Tensor operator /(Tensor left, Tensor right) => Given(left).div(right);

        public static Tensor operator /(Tensor left, Scalar right) => Given(left).div(right);

        public static Tensor operator /(Scalar left, Tensor right)
        {
            using var reciprocal = Given(right).reciprocal();
            return reciprocal.mul(left);
        }

        public static Tensor operator %(Tensor left, Tensor right) => Given(left).remainder(right);

        public static Tensor operator %(Tensor left, Scalar right) => Given(left).remainder(right);

        public static Tensor operator -(Tensor tensor) => Given(tensor).neg();

        public static Tensor operator ~(Tensor left) => Given(left).bitwise_not();

        public static Tensor operator &(Tensor left, Tensor right) => Given(left).bitwise_and(right);

        public static Tensor operator |(Tensor left, Tensor right) => Given(left).bitwise_or(right);

        public static Tensor operator ^(Tensor left, Tensor right) => Given(left).bitwise_xor(right);

        public static Tensor operator ==(Tensor left, Tensor right) => Given(left).eq(right);

        public static Tensor operator ==(Tensor left, Scalar right) => Given(left).eq(right);

        public static Tensor operator !=(Tensor left, Tensor right) => Given(left).ne(right);

        public static Tensor operator !=(Tensor left, Scalar right) => Given(left).ne(right);

        public static Tensor operator <(Tensor left, Tensor right) => Given(left).lt(right);

        public static Tensor operator <(Tensor left, Scalar right) => Given(left).lt(right);

        public static Tensor operator <=(Tensor left, Tensor right) => Given(left).le(right);

        public static Tensor operator <=(Tensor left, Scalar right) => Given(left).le(right);

        public static Tensor operator >(Tensor left, Tensor right) => Given(left).gt(right);

        public static Tensor operator >(Tensor left, Scalar right) => Given(left).gt(right);

        public static Tensor operator >=(Tensor left, Tensor right) => Given(left).ge(right);

        public static Tensor operator >=(Tensor left, Scalar right) => Given(left).ge(right);

        /// <summary>Whether shape and every element are the same.</summary>
        public override bool Equals(object? obj) =>
            obj is Tensor other && (ReferenceEquals(this, other) || (dtype == other.dtype && Aten.equal(this, other)));

        /// <summary>By identity: elements may change.</summary>
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        // An operator's operand is null where it is the grad before the first backward pass.
        private static Tensor Given(Tensor operand) => operand ?? throw RobustVlm.Torch.Interop.NativeValue.NoTensor(nameof(operand));
    }
}
