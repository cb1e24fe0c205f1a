namespace TorchSharp;

/// <content>Joining, splitting, scattering and other ways to rearrange elements.</content>
public static partial class torch
{
    public static Tensor angle(Tensor input) => Aten.angle(input);

    public static Tensor argwhere(Tensor input) => Aten.argwhere(input);

    public static Tensor cartesian_prod(IList<Tensor> tensors) => Aten.cartesian_prod(AsReadOnly(tensors));

    public static Tensor column_stack(IList<Tensor> tensors) => Aten.column_stack(AsReadOnly(tensors));

    public static Tensor combinations(Tensor input, int r = 2, bool with_replacement = false) => Aten.combinations(input, r, with_replacement);

    public static Tensor complex(Tensor real, Tensor imag) => Aten.complex(real, imag);

    public static Tensor conj(Tensor input) => Aten.conj(input);

    public static Tensor conj_physical(Tensor input) => Aten.conj_physical(input);

    public static Tensor conj_physical_(Tensor input) => Aten.conj_physical_(input);

    public static Tensor diag_embed(Tensor input, long offset = 0, long dim1 = -2, long dim2 = -1) => Aten.diag_embed(input, offset, dim1, dim2);

    public static Tensor diagflat(Tensor input, long offset = 0) => Aten.diagflat(input, offset);

    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.diagonal(input, offset, dim1, dim2);

    public static Tensor diagonal_scatter(Tensor input, Tensor src, long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.diagonal_scatter(input, src, offset, dim1, dim2);

    public static Tensor dstack(IList<Tensor> tensors) => Aten.dstack(AsReadOnly(tensors));

    public static Tensor fliplr(Tensor input) => Aten.fliplr(input);

    public static Tensor flipud(Tensor input) => Aten.flipud(input);

    public static Tensor hstack(IList<Tensor> tensors) => Aten.hstack(AsReadOnly(tensors));

    public static Tensor imag(Tensor input) => Aten.imag(input);

    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add(input, dim, index, source, alpha);

    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => Aten.index_add_(input, dim, index, source, alpha);

    public static Tensor index_copy(Tensor input, long dim, Tensor index, Tensor source) => Aten.index_copy(input, dim, index, source);

    public static Tensor index_copy_(Tensor input, long dim, Tensor index, Tensor source) => Aten.index_copy_(input, dim, index, source);

    public static Tensor index_fill(Tensor input, long dim, Tensor index, Scalar value) => Aten.index_fill_int_Scalar(input, dim, index, value);

    public static Tensor index_fill_(Tensor input, long dim, Tensor index, Scalar value) => Aten.index_fill__int_Scalar(input, dim, index, value);

    public static Tensor moveaxis(Tensor input, long source, long destination) => Aten.movedim_int(input, source, destination);

    public static Tensor moveaxis(Tensor input, long[] source, long[] destination) => Aten.movedim_intlist(input, source, destination);

    public static Tensor movedim(Tensor input, long source, long destination) => Aten.movedim_int(input, source, destination);

    public static Tensor movedim(Tensor input, long[] source, long[] destination) => Aten.movedim_intlist(input, source, destination);

    public static Tensor polar(Tensor abs, Tensor angle) => Aten.polar(abs, angle);

    public static Tensor ravel(Tensor input) => Aten.ravel(input);

    public static Tensor real(Tensor input) => Aten.real(input);

    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) => Aten.repeat_interleave_self_Tensor(input, repeats, dim, output_size);

    public static Tensor resolve_conj(Tensor input) => Aten.resolve_conj(input);

    public static Tensor roll(Tensor input, long[] shifts) => Aten.roll(input, shifts, []);

    public static Tensor row_stack(IList<Tensor> tensors) => Aten.vstack(AsReadOnly(tensors));

    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) => Aten.scatter__src(input, dim, index, src);

    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => Aten.scatter_add(input, dim, index, src);

    public static Tensor scatter_add_(Tensor input, long dim, Tensor index, Tensor src) => Aten.scatter_add_(input, dim, index, src);

    public static Tensor select_scatter(Tensor input, Tensor src, long dim, long index) => Aten.select_scatter(input, src, dim, index);

    public static Tensor slice_scatter(Tensor input, Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1) => Aten.slice_scatter(input, src, dim, start, end, step);

    public static Tensor swapaxes(Tensor input, long axis0, long axis1) => Aten.transpose_int(input, axis0, axis1);

    public static Tensor swapdims(Tensor input, long dim0, long dim1) => Aten.transpose_int(input, dim0, dim1);

    public static Tensor t(Tensor input) => Aten.t(input);

    public static Tensor take(Tensor input, Tensor index) => Aten.take(input, index);

    public static Tensor take_along_dim(Tensor input, Tensor indices, long dim = 0) => Aten.take_along_dim(input, indices, dim);

    public static Tensor tril_(Tensor input, long diagonal = 0) => Aten.tril_(input, diagonal);

    public static Tensor triu_(Tensor input, long diagonal = 0) => Aten.triu_(input, diagonal);

    public static Tensor unsqueeze_(Tensor input, long dim) => Aten.unsqueeze_(input, dim);

    public static Tensor view_as_complex(Tensor input) => Aten.view_as_complex(input);

    public static Tensor view_as_real(Tensor input) => Aten.view_as_real(input);

    public static Tensor vstack(IList<Tensor> tensors) => Aten.vstack(AsReadOnly(tensors));

    public static Tensor amax(Tensor input, long[] dims) => input.amax(dims);

    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) => Aten.gather(input, dim, index, sparse_grad);

    public static Tensor broadcast_to(Tensor input, params long[] shape) => input.broadcast_to(shape);

    public static Tensor rot90(Tensor input, long k = 1, (long, long)? dims = null) => input.rot90(k, dims);

    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);

    public static Tensor squeeze_(Tensor input, long? dim = null) => input.squeeze_(dim);

    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);

    public static Tensor[] tensor_split(Tensor input, long indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);

    public static Tensor[] tensor_split(Tensor input, long[] indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);

    public static Tensor[] tensor_split(Tensor input, Tensor indices_or_sections, long dim = 0) => input.tensor_split(indices_or_sections, dim);

    public static Tensor[] hsplit(Tensor input, long indices_or_sections) => input.hsplit(indices_or_sections);

    public static Tensor[] hsplit(Tensor input, long[] indices_or_sections) => input.hsplit(indices_or_sections);

    public static Tensor[] hsplit(Tensor input, Tensor indices_or_sections) => input.hsplit(indices_or_sections);

    public static Tensor[] vsplit(Tensor input, long[] indices_or_sections) => input.vsplit(indices_or_sections);

    public static Tensor[] dsplit(Tensor input, long size) => input.dsplit(size);

    public static Tensor[] dsplit(Tensor input, long[] indices_or_sections) => input.dsplit(indices_or_sections);

    public static Tensor[] dsplit(Tensor input, Tensor indices_or_sections) => input.dsplit(indices_or_sections);

    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => cat(tensors, axis);

    public static Tensor dstack(params Tensor[] tensors) => Aten.dstack(tensors);

    public static Tensor column_stack(params Tensor[] tensors) => Aten.column_stack(tensors);

    public static Tensor row_stack(params Tensor[] tensors) => Aten.vstack(tensors);

    public static Tensor cartesian_prod(params Tensor[] tensors) => Aten.cartesian_prod(tensors);

    public static IEnumerable<Tensor> atleast_1d(params Tensor[] input) => [.. input.Select(t => t.atleast_1d())];

    public static IEnumerable<Tensor> atleast_2d(params Tensor[] input) => [.. input.Select(t => t.atleast_2d())];

    public static IEnumerable<Tensor> atleast_3d(params Tensor[] input) => [.. input.Select(t => t.atleast_3d())];

    public static Tensor tril_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) => Aten.tril_indices(row, col, offset, dtype, null, device, null);

    public static Tensor triu_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) => Aten.triu_indices(row, col, offset, dtype, null, device, null);

    public static long numel(Tensor input) => input.numel();

    public static Tensor resolve_neg(Tensor input) => Aten.resolve_neg(input);
}
