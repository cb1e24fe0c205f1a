namespace TorchSharp;

public static partial class torch
{
    /// <content>Statistics, running extremes, integrals, positions in sorted values.</content>
    public unsafe partial class Tensor
    {
        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false) => Aten.aminmax(this, dim, keepdim);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) => Aten.bucketize_Tensor(this, boundaries, outInt32, right);

        public Tensor corrcoef() => Aten.corrcoef(this);

        public Tensor count_nonzero(long[]? dims = null) => Aten.count_nonzero_dim_IntList(this, dims);

        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null) => Aten.cov(this, correction, fweights, aweights);

        public (Tensor values, Tensor indexes) cummin(long dim) => Aten.cummin(this, dim);

        public Tensor cumulative_trapezoid(Tensor x, long dim = -1) => Aten.cumulative_trapezoid_x(this, x, dim);

        public Tensor cumulative_trapezoid(double dx = 1, long dim = -1) => Aten.cumulative_trapezoid_dx(this, dx, dim);

        public Tensor diff(long n = 1, long dim = -1, Tensor? prepend = null, Tensor? append = null) => Aten.diff(this, n, dim, prepend, append);

        public Tensor dist(Tensor other, float p = 2.0f) => Aten.dist(this, other, p);

        public Tensor logcumsumexp(long dim) => Aten.logcumsumexp(this, dim);

        public (Tensor values, Tensor indices) mode(long dim = -1, bool keepdim = false) => Aten.mode(this, dim, keepdim);

        public Tensor msort() => Aten.msort(this);

        public Tensor nanmedian() => Aten.nanmedian(this);

        public Tensor nansum() => Aten.nansum(this);

        public (Tensor std, Tensor mean) std_mean(bool unbiased = true) => Aten.std_mean(this, unbiased);

        public Tensor trapezoid(Tensor x, long dim = -1) => Aten.trapezoid_x(this, x, dim);

        public Tensor trapezoid(double dx = 1, long dim = -1) => Aten.trapezoid_dx(this, dx, dim);

        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null) => Wanted(Aten.unique_consecutive(this, return_inverse, return_counts, dim), return_inverse, return_counts);

        public (Tensor @var, Tensor mean) var_mean(bool unbiased = true) => Aten.var_mean(this, unbiased);

        public (Tensor std, Tensor mean) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std_mean([dim], unbiased, keepdim, type);

        public (Tensor std, Tensor mean) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Aten.std_mean_dim(this, dimensions, unbiased, keepdim), type);

        public (Tensor @var, Tensor mean) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var_mean([dim], unbiased, keepdim, type);

        public (Tensor @var, Tensor mean) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Cast(Aten.var_mean_dim(this, dimensions, unbiased, keepdim), type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1, dim2], keepdim, type);

        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) => Aten.nanmean(this, dim is { } d ? [d] : null, keepdim, dtype);

        /// <summary>Quantiles that leave NaN out, along a dimension; -1 means over all elements, as in TorchSharp.</summary>
        public Tensor nanquantile(Tensor q, long dim = -1, bool keepdim = false) => Aten.nanquantile(this, q, dim == -1 ? null : dim, keepdim, "linear");

        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Aten.histc(this, bins, min, max);
    }
}
