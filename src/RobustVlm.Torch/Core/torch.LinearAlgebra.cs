namespace TorchSharp;

/// <content>Products and decompositions of matrices; see also <see cref="linalg"/>.</content>
public static partial class torch
{
    public static Tensor addbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Aten.addbmm(input, batch1, batch2, beta, alpha);

    public static Tensor addbmm_(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Aten.addbmm_(input, batch1, batch2, beta, alpha);

    public static Tensor addmm_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => Aten.addmm_(input, mat1, mat2, beta, alpha);

    public static Tensor addmv(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => Aten.addmv(input, mat1, mat2, beta, alpha);

    public static Tensor addmv_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) => Aten.addmv_(input, mat1, mat2, beta, alpha);

    public static Tensor addr(Tensor input, Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Aten.addr(input, vec1, vec2, beta, alpha);

    public static Tensor addr_(Tensor input, Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => Aten.addr_(input, vec1, vec2, beta, alpha);

    public static Tensor adjoint(Tensor input) => Aten.adjoint(input);

    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => Aten.baddbmm(input, batch1, batch2, beta, alpha);

    public static Tensor cholesky_inverse(Tensor input, bool upper = false) => Aten.cholesky_inverse(input, upper);

    public static Tensor cholesky_solve(Tensor input, Tensor input2, bool upper = false) => Aten.cholesky_solve(input, input2, upper);

    public static Tensor det(Tensor input) => Aten.linalg_det(input);

    public static Tensor ger(Tensor input, Tensor vec2) => Aten.outer(input, vec2);

    public static Tensor inner(Tensor input, Tensor vec2) => Aten.inner(input, vec2);

    public static Tensor inverse(Tensor input) => Aten.linalg_inv(input);

    public static Tensor logdet(Tensor input) => Aten.logdet(input);

    public static (Tensor P, Tensor? L, Tensor? U) lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data = true, bool unpack_pivots = true) => Aten.lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots);

    public static Tensor matrix_exp(Tensor input) => Aten.linalg_matrix_exp(input);

    public static Tensor matrix_power(Tensor input, int n) => Aten.linalg_matrix_power(input, n);

    public static Tensor orgqr(Tensor input, Tensor tau) => Aten.linalg_householder_product(input, tau);

    public static Tensor ormqr(Tensor input, Tensor tau, Tensor other, bool left = true, bool transpose = false) => Aten.ormqr(input, tau, other, left, transpose);

    public static Tensor renorm(Tensor input, float p, long dim, float maxnorm) => Aten.renorm(input, p, dim, maxnorm);

    public static (Tensor res, Tensor logabsdet) slogdet(Tensor A) => Aten.linalg_slogdet(A);

    public static Tensor tensordot(Tensor a, Tensor b, long[] dims1, long[] dims2) => Aten.tensordot(a, b, dims1, dims2);

    public static Tensor vdot(Tensor input, Tensor target) => Aten.vdot(input, target);

    public static (Tensor a, Tensor tau) geqrf(Tensor input) => Aten.geqrf(input);

    public static Tensor pinverse(Tensor input, double rcond = 1e-15, bool hermitian = false) => input.pinverse(rcond, hermitian);

    public static Tensor tensordot(Tensor a, Tensor b, long dims = 2) => a.tensordot(b, dims);

    public static Tensor tensordot(Tensor a, Tensor b, (long, long)[] dims) => a.tensordot(b, dims);

    public static Tensor vander(Tensor x, long N = -1, bool increasing = false) => x.vander(N, increasing);

    public static Tensor chain_matmul(params Tensor[] matrices) => Aten.chain_matmul(matrices);

    public static Tensor block_diag(params Tensor[] tensors) => Aten.block_diag(tensors);

    public static Tensor cross(Tensor input, Tensor other, long dim = -1) => linalg.cross(input, other, dim);

    /// <summary>The factors of P A = L U in one matrix, with the pivots.</summary>
    public static (Tensor A_LU, Tensor? pivots, Tensor? infos) lu(Tensor A, bool pivot = true, bool get_infos = false)
    {
        var (factors, pivots, infos) = Aten.linalg_lu_factor_ex(A, pivot, !get_infos);
        return (factors, pivots, get_infos ? infos : Drop(infos));
    }
}
