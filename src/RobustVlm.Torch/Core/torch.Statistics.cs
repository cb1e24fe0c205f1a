namespace TorchSharp;

/// <content>Statistics, running extremes, integrals, histograms, positions in sorted values.</content>
public static partial class torch
{
    public static Tensor all(Tensor input, long dim, bool keepdim = false) => Aten.all_dim(input, dim, keepdim);

    public static (Tensor min, Tensor max) aminmax(Tensor input, long? dim = null, bool keepdim = false) => Aten.aminmax(input, dim, keepdim);

    public static Tensor any(Tensor input, long dim, bool keepdim = false) => Aten.any_dim(input, dim, keepdim);

    public static Tensor argmax(Tensor input) => Aten.argmax(input);

    public static Tensor argmin(Tensor input) => Aten.argmin(input);

    public static Tensor bucketize(Tensor input, Tensor boundaries, bool outInt32 = false, bool right = false) => Aten.bucketize_Tensor(input, boundaries, outInt32, right);

    public static Tensor corrcoef(Tensor input) => Aten.corrcoef(input);

    public static Tensor count_nonzero(Tensor input, long[]? dims = null) => Aten.count_nonzero_dim_IntList(input, dims);

    public static (Tensor values, Tensor indices) cummax(Tensor input, long dim) => Aten.cummax(input, dim);

    public static (Tensor values, Tensor indices) cummin(Tensor input, long dim) => Aten.cummin(input, dim);

    public static Tensor cumprod(Tensor input, long dim, ScalarType? dtype = null) => Aten.cumprod(input, dim, dtype);

    public static Tensor cumulative_trapezoid(Tensor y, Tensor x, long dim = -1) => Aten.cumulative_trapezoid_x(y, x, dim);

    public static Tensor cumulative_trapezoid(Tensor y, double dx = 1, long dim = -1) => Aten.cumulative_trapezoid_dx(y, dx, dim);

    public static Tensor dist(Tensor input, Tensor other, float p = 2.0f) => Aten.dist(input, other, p);

    public static (Tensor hist, Tensor bin_edges) histogram(Tensor input, Tensor bins, Tensor? weight = null, bool density = false) => Aten.histogram_bins_tensor(input, bins, weight, density);

    public static Tensor logcumsumexp(Tensor input, long dim) => Aten.logcumsumexp(input, dim);

    public static (Tensor values, Tensor indices) mode(Tensor input, long dim = -1, bool keepdim = false) => Aten.mode(input, dim, keepdim);

    public static Tensor msort(Tensor tensor) => Aten.msort(tensor);

    public static Tensor nanmedian(Tensor input) => Aten.nanmedian(input);

    public static Tensor nansum(Tensor input) => Aten.nansum(input);

    public static Tensor prod(Tensor input, ScalarType? type = null) => Aten.prod(input, type);

    public static Tensor prod(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => Aten.prod_dim_int(input, dim, keepdim, type);

    public static (Tensor std, Tensor mean) std_mean(Tensor input, bool unbiased = true) => Aten.std_mean(input, unbiased);

    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => Aten.sum_dim_IntList(input, [dim], keepdim, type);

    public static Tensor trapezoid(Tensor y, Tensor x, long dim = -1) => Aten.trapezoid_x(y, x, dim);

    public static Tensor trapezoid(Tensor y, double dx = 1, long dim = -1) => Aten.trapezoid_dx(y, dx, dim);

    public static Tensor trapz(Tensor y, Tensor x, long dim = -1) => Aten.trapezoid_x(y, x, dim);

    public static Tensor trapz(Tensor y, double dx = 1, long dim = -1) => Aten.trapezoid_dx(y, dx, dim);

    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique_consecutive(Tensor input, bool return_inverse = false, bool return_counts = false, int? dim = null) => input.unique_consecutive(return_inverse, return_counts, dim);

    public static (Tensor @var, Tensor mean) var_mean(Tensor input, bool unbiased = true) => Aten.var_mean(input, unbiased);

    public static Tensor std(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    public static Tensor std(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std(dimensions, unbiased, keepdim, type);

    public static (Tensor std, Tensor mean) std_mean(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std_mean(dimensions, unbiased, keepdim, type);

    public static (Tensor std, Tensor mean) std_mean(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.std_mean(dimensions, unbiased, keepdim, type);

    public static Tensor var(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);

    public static Tensor var(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var(dimensions, unbiased, keepdim, type);

    public static (Tensor @var, Tensor mean) var_mean(Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var_mean(dimensions, unbiased, keepdim, type);

    public static (Tensor @var, Tensor mean) var_mean(Tensor input, long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => input.var_mean(dimensions, unbiased, keepdim, type);

    public static Tensor nanmean(Tensor input, int? dim = null, bool keepdim = false, ScalarType? dtype = null) => input.nanmean(dim, keepdim, dtype);

    public static Tensor nanquantile(Tensor input, Tensor q, long dim = -1, bool keepdim = false) => input.nanquantile(q, dim, keepdim);

    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2.0f) => input.norm(dimension, keepdim, p);

    public static (Tensor values, Tensor indices) kthvalue(Tensor input, long k, long? dim, bool keepdim = false) => input.kthvalue(k, dim, keepdim);

    public static Tensor amax(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amax(dims, keepdim, @out);

    public static Tensor amin(Tensor input, long[] dims, bool keepdim = false, Tensor? @out = null) => input.amin(dims, keepdim, @out);

    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(Tensor input, bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) => input.unique(sorted, return_inverse, return_counts, dim);

    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) => Aten.searchsorted_Tensor(sorted_sequence, values, out_int32, right, null, sorter);

    public static Tensor searchsorted(Tensor sorted_sequence, Scalar values, bool out_int32, bool right, Tensor sorter) => Aten.searchsorted_Scalar(sorted_sequence, values, out_int32, right, null, sorter);

    public static (Tensor hist, Tensor bin_edges) histogram(Tensor input, long bins, (double min, double max)? range = null, Tensor? weight = null, bool density = false) => Aten.histogram_bin_ct(input, bins, range is { } r ? [r.min, r.max] : null, weight, density);

    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
}
