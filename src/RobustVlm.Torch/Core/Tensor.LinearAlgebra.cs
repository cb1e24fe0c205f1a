namespace TorchSharp;

public static partial class torch
{
    /// <content>Products and decompositions of matrices.</content>
    public unsafe partial class Tensor
    {
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Aten.addbmm(this, batch1, batch2, beta, alpha);

        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Aten.addbmm_(this, batch1, batch2, beta, alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Aten.addmm_(this, mat1, mat2, beta, alpha);

        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Aten.addmv(this, mat, vec, beta, alpha);

        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1.0f, float alpha = 1.0f) => Aten.addmv_(this, mat, vec, beta, alpha);

        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Aten.addr(this, vec1, vec2, beta, alpha);

        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Aten.addr_(this, vec1, vec2, beta, alpha);

        public Tensor adjoint() => Aten.adjoint(this);

        public Tensor cholesky_inverse(bool upper = false) => Aten.cholesky_inverse(this, upper);

        public Tensor cholesky_solve(Tensor input2, bool upper = false) => Aten.cholesky_solve(this, input2, upper);

        public Tensor det() => Aten.linalg_det(this);

        public Tensor ger(Tensor vec2) => Aten.outer(this, vec2);

        public Tensor inner(Tensor vec2) => Aten.inner(this, vec2);

        public Tensor inverse() => Aten.linalg_inv(this);

        public Tensor kron(Tensor other) => Aten.kron(this, other);

        public Tensor logdet() => Aten.logdet(this);

        public Tensor matrix_exp() => Aten.linalg_matrix_exp(this);

        public Tensor matrix_power(int n) => Aten.linalg_matrix_power(this, n);

        public Tensor ormqr(Tensor tau, Tensor other, bool left = true, bool transpose = false) => Aten.ormqr(this, tau, other, left, transpose);

        public Tensor renorm(float p, long dim, float maxnorm) => Aten.renorm(this, p, dim, maxnorm);

        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Aten.tensordot(this, b, dims1, dims2);

        public Tensor trace() => Aten.trace(this);

        public Tensor vdot(Tensor target) => Aten.vdot(this, target);

        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) => Aten.linalg_pinv(this, rcond, hermitian);

        public (Tensor a, Tensor tau) geqrf() => Aten.geqrf(this);

        public Tensor tensordot(Tensor b, long dims = 2)
        {
            ArgumentNullException.ThrowIfNull(b);
            ArgumentOutOfRangeException.ThrowIfNegative(dims);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(dims, Math.Min(dim(), b.dim()));
            return Aten.tensordot(this, b, [.. Enumerable.Range(0, (int)dims).Select(i => i - dims)], [.. Enumerable.Range(0, (int)dims).Select(i => (long)i)]);
        }

        public Tensor tensordot(Tensor b, (long, long)[] dims) => Aten.tensordot(this, b, [.. dims.Select(d => d.Item1)], [.. dims.Select(d => d.Item2)]);

        public Tensor vander(long N = -1, bool increasing = false) => Aten.vander(this, N < 0 ? null : N, increasing);
    }
}
