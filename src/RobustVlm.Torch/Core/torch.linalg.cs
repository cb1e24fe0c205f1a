namespace TorchSharp;

public static partial class torch
{
    /// <summary>Functions of matrices [..., M, N]; leading dimensions are batches.</summary>
    public static partial class linalg
    {
        public static Tensor cholesky(Tensor input) => Aten.linalg_cholesky(input);

        public static (Tensor L, Tensor info) cholesky_ex(Tensor input, bool check_errors = false) => Aten.linalg_cholesky_ex(input, false, check_errors);

        public static Tensor cond(Tensor input) => Aten.linalg_cond(input, null);

        public static Tensor cond(Tensor input, int p) => Aten.linalg_cond(input, p);

        public static Tensor cond(Tensor input, double p) => Aten.linalg_cond(input, p);

        public static Tensor cond(Tensor input, string p) => Aten.linalg_cond_p_str(input, p);

        public static Tensor cross(Tensor input, Tensor other, long dim = -1) => Aten.linalg_cross(input, other, dim);

        public static Tensor det(Tensor input) => Aten.linalg_det(input);

        public static (Tensor, Tensor) slogdet(Tensor input) => Aten.linalg_slogdet(input);

        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1) => Aten.diagonal(input, offset, dim1, dim2);

        public static (Tensor, Tensor) eig(Tensor input) => Aten.linalg_eig(input);

        public static Tensor eigvals(Tensor input) => Aten.linalg_eigvals(input);

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Aten.linalg_eigh(input, UPLO.ToString());

        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Aten.linalg_eigvalsh(input, UPLO.ToString());

        public static Tensor householder_product(Tensor A, Tensor tau) => Aten.linalg_householder_product(A, tau);

        public static Tensor inv(Tensor input) => Aten.linalg_inv(input);

        /// <summary>The inverse and, per matrix, 0 or where the decomposition failed. (TorchSharp returns Cholesky factors here by mistake.)</summary>
        public static (Tensor L, Tensor info) inv_ex(Tensor input, bool check_errors = false) => Aten.linalg_inv_ex(input, check_errors);

        public static (Tensor LU, Tensor? Pivots) ldl_factor(Tensor input, bool hermitian = true) => Aten.linalg_ldl_factor(input, hermitian);

        public static (Tensor LU, Tensor? Pivots, Tensor? Info) ldl_factor_ex(Tensor input, bool hermitian = true, bool check_errors = false) => Aten.linalg_ldl_factor_ex(input, hermitian, check_errors);

        public static Tensor ldl_solve(Tensor LD, Tensor pivots, Tensor B, bool hermitian = false) => Aten.linalg_ldl_solve(LD, pivots, B, hermitian);

        public static (Tensor P, Tensor L, Tensor U) lu(Tensor input, bool pivot = true) => Aten.linalg_lu(input, pivot);

        public static (Tensor LU, Tensor? Pivots) lu_factor(Tensor input, bool pivot = true) => Aten.linalg_lu_factor(input, pivot);

        public static Tensor lu_solve(Tensor LU, Tensor pivots, Tensor B, bool left = true, bool adjoint = false, Tensor? @out = null) =>
            Into(@out, Aten.linalg_lu_solve(LU, pivots, B, left, adjoint));

        public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) lstsq(Tensor input, Tensor other) => Aten.linalg_lstsq(input, other, null, null);

        public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) lstsq(Tensor input, Tensor other, double rcond) => Aten.linalg_lstsq(input, other, rcond, null);

        public static Tensor matrix_exp(Tensor input) => Aten.linalg_matrix_exp(input);

        /// <summary>The Frobenius (<c>fro</c>) or nuclear (<c>nuc</c>) norm.</summary>
        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[]? dims = null, bool keepdim = false) => Aten.linalg_matrix_norm_str_ord(input, ord, dims ?? [-2, -1], keepdim, null);

        public static Tensor matrix_norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => Aten.linalg_matrix_norm(input, ord, dims ?? [-2, -1], keepdim, null);

        public static Tensor matrix_power(Tensor input, int n) => Aten.linalg_matrix_power(input, n);

        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) => Aten.linalg_matrix_rank_atol_rtol_float(input, atol, rtol, hermitian);

        public static Tensor matrix_rank(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) => Aten.linalg_matrix_rank_atol_rtol_tensor(input, atol, rtol, hermitian);

        public static Tensor multi_dot(IList<Tensor> tensors) => Aten.linalg_multi_dot(AsReadOnly(tensors));

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) => Aten.linalg_norm_ord_str(input, ord, dims, keepdim, null);

        public static Tensor norm(Tensor input, double ord, long[]? dims = null, bool keepdim = false) => Aten.linalg_norm(input, ord, dims, keepdim, null);

        public static Tensor norm(Tensor input, int ord, long[]? dims = null, bool keepdim = false) => Aten.linalg_norm(input, ord, dims, keepdim, null);

        public static Tensor norm(Tensor input, long[]? dims = null, bool keepdim = false) => Aten.linalg_norm(input, null, dims, keepdim, null);

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) => Aten.linalg_pinv_atol_rtol_float(input, atol, rtol, hermitian);

        public static Tensor pinv(Tensor input, Tensor atol, Tensor? rtol = null, bool hermitian = false) => Aten.linalg_pinv_atol_rtol_tensor(input, atol, rtol, hermitian);

        /// <summary>What <see cref="qr"/> computes.</summary>
        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced) =>
            Aten.linalg_qr(input, mode switch { QRMode.Complete => "complete", QRMode.R => "r", _ => "reduced" });

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Aten.linalg_solve(A, B, left);

        public static (Tensor result, Tensor info) solve_ex(Tensor A, Tensor B, bool left = true, bool check_errors = false) => Aten.linalg_solve_ex(A, B, left, check_errors);

        public static Tensor solve_triangular(Tensor A, Tensor B, bool upper, bool left = true, bool unitriangular = false, Tensor? @out = null) =>
            Into(@out, Aten.linalg_solve_triangular(A, B, upper, left, unitriangular));

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true) => Aten.linalg_svd(input, fullMatrices, null);

        public static Tensor svdvals(Tensor input) => Aten.linalg_svdvals(input, null);

        public static Tensor tensorinv(Tensor input, long ind) => Aten.linalg_tensorinv(input, ind);

        public static Tensor tensorsolve(Tensor A, Tensor B, long[] dims) => Aten.linalg_tensorsolve(A, B, dims);

        public static Tensor vander(Tensor input, long? N = null) => Aten.linalg_vander(input, N);

        public static Tensor vecdot(Tensor x, Tensor y, long dim = -1, Tensor? @out = null) => Into(@out, Aten.linalg_vecdot(x, y, dim));

        public static Tensor vector_norm(Tensor input, double ord = 2, long[]? dims = null, bool keepdim = false) => Aten.linalg_vector_norm(input, ord, dims, keepdim, null);
    }
}
