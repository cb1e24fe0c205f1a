namespace TorchSharp;

public static partial class torch
{
    /// <content>Reductions over all elements or some dimensions.</content>
    public unsafe partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Aten.sum(this, type);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Aten.sum_dim_IntList(this, dim, keepdim, type);

        // Without the overloads for int, the literal 0 would be taken for an element type.
        public Tensor sum(int dim, bool keepdim = false, ScalarType? type = null) => sum((long)dim, keepdim, type);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Aten.sum_dim_IntList(this, [dim], keepdim, type);

        public Tensor mean() => Aten.mean(this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Aten.mean_dim(this, dimensions, keepdim, type);

        public Tensor std(bool unbiased = true) => Aten.std(this, unbiased);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Cast(Aten.std_dim(this, dimensions, unbiased, keepdim), type);

        public Tensor var(bool unbiased = true) => Aten.var(this, unbiased);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var([dim], unbiased, keepdim, type);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Cast(Aten.var_dim(this, dimensions, unbiased, keepdim), type);

        public Tensor prod(ScalarType? type = null) => Aten.prod(this, type);

        public Tensor prod(int dim, bool keepdim = false, ScalarType? type = null) => prod((long)dim, keepdim, type);

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Aten.prod_dim_int(this, dim, keepdim, type);

        public Tensor max() => Aten.max(this);

        public Tensor max(Tensor other) => Aten.max_other(this, other);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Aten.max_dim(this, dim, keepdim);

        public Tensor min() => Aten.min(this);

        public Tensor min(Tensor other) => Aten.minimum(this, other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Aten.min_dim(this, dim, keepdim);

        public Tensor amax(params long[] dims) => Aten.amax(this, dims, false);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(@out, Aten.amax(this, dims, keepdim));

        public Tensor amin(params long[] dims) => Aten.amin(this, dims, false);

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Into(@out, Aten.amin(this, dims, keepdim));

        public Tensor argmax() => Aten.argmax(this);

        public Tensor argmax(long dim, bool keepdim = false) => Aten.argmax(this, dim, keepdim);

        public Tensor argmin() => Aten.argmin(this);

        public Tensor argmin(long dim, bool keepdim = false) => Aten.argmin(this, dim, keepdim);

        public Tensor logsumexp(long dim, bool keepdim = false) => Aten.logsumexp(this, [dim], keepdim);

        public Tensor norm(float p = 2.0f) => Aten.norm_Scalar(this, p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Aten.norm_ScalarOpt_dim(this, p, [dim], keepdim);

        public Tensor cumsum(long dim, ScalarType? type = null) => Aten.cumsum(this, dim, type);

        public Tensor cumprod(long dim, ScalarType? type = null) => Aten.cumprod(this, dim, type);

        public (Tensor values, Tensor indexes) cummax(long dim) => Aten.cummax(this, dim);

        public Tensor any() => Aten.any(this);

        public Tensor any(long dim, bool keepdim = false) => Aten.any_dim(this, dim, keepdim);

        public Tensor all() => Aten.all(this);

        public Tensor all(long dim, bool keepdim = false) => Aten.all_dim(this, dim, keepdim);

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Aten.topk(this, k, dim, largest, sorted);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) => Aten.sort_stable(this, stable, dim, descending);

        public Tensor argsort(long dim = -1, bool descending = false) => Aten.argsort(this, dim, descending);

        public Tensor median() => Aten.median(this);

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) => Aten.kthvalue(this, k, dim ?? -1, keepdim);

        /// <summary>Quantiles along a dimension; -1 means over all elements, as in TorchSharp.</summary>
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Aten.quantile(this, q, dim == -1 ? null : dim, keepdim, "linear");

        public Tensor bincount(Tensor? weights, long minlength = 0) => Aten.bincount(this, weights, minlength);

        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) =>
            Wanted(
                dim is { } d ? Aten.unique_dim(this, d, sorted, return_inverse, return_counts) : Aten._unique2(this, sorted, return_inverse, return_counts),
                return_inverse,
                return_counts);

        public Tensor nonzero() => Aten.nonzero(this);

        private static Tensor Cast(Tensor result, ScalarType? type) => type is { } wanted ? result.to_type(wanted, disposeAfter: true) : result;

        private static (Tensor, Tensor) Cast((Tensor Spread, Tensor Mean) results, ScalarType? type) => (Cast(results.Spread, type), Cast(results.Mean, type));

        // libtorch returns empty tensors for what was not asked for.
        private static (Tensor, Tensor?, Tensor?) Wanted((Tensor Output, Tensor Inverse, Tensor Counts) results, bool inverse, bool counts) =>
            (results.Output, inverse ? results.Inverse : torch.Drop(results.Inverse), counts ? results.Counts : torch.Drop(results.Counts));
    }
}
