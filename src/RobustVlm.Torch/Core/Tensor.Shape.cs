namespace TorchSharp;

public static partial class torch
{
    /// <content>Views, copies, joining and reordering.</content>
    public unsafe partial class Tensor
    {
        /// <summary>The transpose of a matrix.</summary>
        public Tensor T => Aten.permute(this, [.. Enumerable.Range(0, (int)dim()).Reverse().Select(d => (long)d)]);

        /// <summary>The transpose of the last two dimensions.</summary>
        public Tensor mT => transpose(-2, -1);

        /// <summary>The conjugate transpose of a matrix.</summary>
        public Tensor H => Aten.adjoint(this);

        /// <summary>The conjugate transpose of the last two dimensions.</summary>
        public Tensor mH => Aten.adjoint(this);

        public Tensor t() => Aten.t(this);

        public Tensor view(params long[] shape) => Aten.view(this, shape);

        public Tensor view_as(Tensor other) => Aten.view_as(this, other);

        public Tensor reshape(params long[] shape) => Aten.reshape(this, shape);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Aten.flatten_using_ints(this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes) => Aten.unflatten_int(this, dim, sizes);

        public Tensor permute(params long[] permutation) => Aten.permute(this, permutation);

        public Tensor transpose(long dim0, long dim1) => Aten.transpose_int(this, dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor movedim(long source, long destination) => Aten.movedim_int(this, source, destination);

        public Tensor movedim(long[] source, long[] destination) => Aten.movedim_intlist(this, source, destination);

        public Tensor squeeze(long? dim = null) => dim is { } d ? Aten.squeeze_dim(this, d) : Aten.squeeze(this);

        public Tensor squeeze_(long? dim = null) => dim is { } d ? Aten.squeeze__dim(this, d) : Aten.squeeze_(this);

        public Tensor unsqueeze(long dim) => Aten.unsqueeze(this, dim);

        public Tensor unsqueeze_(long dim) => Aten.unsqueeze_(this, dim);

        public Tensor expand(params long[] sizes) => Aten.expand(this, sizes);

        public Tensor expand_as(Tensor other) => Aten.expand_as(this, other);

        public Tensor broadcast_to(params long[] shape) => Aten.broadcast_to(this, shape);

        public Tensor repeat(params long[] sizes) => Aten.repeat(this, sizes);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Aten.repeat_interleave_self_int(this, repeats, dim, output_size);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => Aten.repeat_interleave_self_Tensor(this, repeats, dim, output_size);

        public Tensor tile(long[] reps) => Aten.tile(this, reps);

        public Tensor[] split(long size, int dim = 0) => Aten.split_Tensor(this, size, dim);

        public Tensor[] split(long[] sizes, long dim = 0) => Aten.split_with_sizes(this, sizes, dim);

        public Tensor[] chunk(long chunks, long dim = 0) => Aten.chunk(this, chunks, dim);

        public Tensor[] unbind(long dimension = 0) => Aten.unbind_int(this, dimension);

        public Tensor narrow(long dim, long start, long length) => Aten.narrow(this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step) => Aten.slice_Tensor(this, dim, start, finish, step);

        public Tensor select(long dim, long index) => Aten.select_int(this, dim, index);

        public Tensor index_select(long dim, Tensor index) => Aten.index_select(this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add_(this, dim, index, source, alpha);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Aten.index_copy_(this, dim, index, source);

        public Tensor gather(long dim, Tensor index) => Aten.gather(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.scatter_src(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Aten.scatter__src(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Scalar value) => Aten.scatter__value(this, dim, index, value);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.scatter_add(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Aten.scatter_add_(this, dim, index, src);

        public Tensor masked_select(Tensor mask) => Aten.masked_select(this, mask);

        public Tensor take_along_dim(Tensor indices, long dim) => Aten.take_along_dim(this, indices, dim);

        public Tensor roll(long shifts, long? dims = null) => Aten.roll(this, [shifts], dims is { } d ? [d] : []);

        public Tensor roll(long[] shifts, long[] dims) => Aten.roll(this, shifts, dims);

        public Tensor flip(params long[] dims) => Aten.flip(this, dims);

        public Tensor rot90(long k = 1, (long, long)? dims = null) => Aten.rot90(this, k, [dims?.Item1 ?? 0, dims?.Item2 ?? 1]);

        public Tensor tril(long diagonal = 0) => Aten.tril(this, diagonal);

        public Tensor triu(long diagonal = 0) => Aten.triu(this, diagonal);

        public Tensor diag(long diagonal = 0) => Aten.diag(this, diagonal);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.diagonal(this, offset, dim1, dim2);

        public Tensor unfold(long dimension, long size, long step) => Aten.unfold(this, dimension, size, step);

        public Tensor contiguous() => Aten.contiguous(this, 0);

        public Tensor clone() => Aten.clone(this);

        public Tensor detach() => Aten.detach(this);

        public Tensor detach_() => Aten.detach_(this);
    }
}
