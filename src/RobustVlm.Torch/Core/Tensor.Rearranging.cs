using RobustVlm.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Splitting, scattering and other ways to rearrange elements.</content>
    public unsafe partial class Tensor
    {
        public Tensor angle() => Aten.angle(this);

        public Tensor argwhere() => Aten.argwhere(this);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Aten.as_strided(this, size, strides, storageOffset);

        public Tensor atleast_1d() => Aten.atleast_1d(this);

        public Tensor atleast_2d() => Aten.atleast_2d(this);

        public Tensor atleast_3d() => Aten.atleast_3d(this);

        public Tensor conj() => Aten.conj(this);

        public Tensor conj_physical() => Aten.conj_physical(this);

        public Tensor conj_physical_() => Aten.conj_physical_(this);

        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => Aten.diag_embed(this, offset, dim1, dim2);

        public Tensor diagflat(long offset = 0) => Aten.diagflat(this, offset);

        public Tensor diagonal_scatter(Tensor src, long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.diagonal_scatter(this, src, offset, dim1, dim2);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Aten.expand(this, sizes, isImplicit);

        public Tensor fliplr() => Aten.fliplr(this);

        public Tensor flipud() => Aten.flipud(this);

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Aten.index_copy(this, dim, index, source);

        public Tensor index_fill(long dim, Tensor index, Scalar value) => Aten.index_fill_int_Scalar(this, dim, index, value);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Aten.index_fill__int_Scalar(this, dim, index, value);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Aten.masked_scatter(this, mask, value);

        public Tensor masked_scatter_(Tensor mask, Tensor value) => Aten.masked_scatter_(this, mask, value);

        public Tensor moveaxis(long[] source, long[] destination) => Aten.movedim_intlist(this, source, destination);

        public Tensor ravel() => Aten.ravel(this);

        public Tensor resolve_conj() => Aten.resolve_conj(this);

        public Tensor resolve_neg() => Aten.resolve_neg(this);

        public Tensor roll(long[] shifts) => Aten.roll(this, shifts, []);

        public Tensor select_scatter(Tensor src, long dim, long index) => Aten.select_scatter(this, src, dim, index);

        public Tensor slice_scatter(Tensor src, long dim = 0, long? start = null, long? end = null, long step = 1) => Aten.slice_scatter(this, src, dim, start, end, step);

        public Tensor swapdims(long dim0, long dim1) => Aten.transpose_int(this, dim0, dim1);

        public Tensor take(Tensor index) => Aten.take(this, index);

        public Tensor take_along_dim(Tensor indices) => Aten.take_along_dim(this, indices);

        public Tensor transpose_(long dim0, long dim1) => Aten.transpose_(this, dim0, dim1);

        public Tensor tril_(long diagonal = 0) => Aten.tril_(this, diagonal);

        public Tensor triu_(long diagonal = 0) => Aten.triu_(this, diagonal);

        public Tensor view_as_complex() => Aten.view_as_complex(this);

        public Tensor real => Aten.real(this);

        public Tensor imag => Aten.imag(this);

        public Tensor view_as_real() => Aten.view_as_real(this);

        public Tensor permute(IEnumerable<long> permutation) => Aten.permute(this, [.. permutation]);

        public Tensor[] split(params long[] sizes) => split(sizes, 0);

        public Tensor[] tensor_split(long size, long dim = 0) => Aten.tensor_split_sections(this, size, dim);

        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Aten.tensor_split_indices(this, sizes, dim);

        public Tensor[] tensor_split(Tensor indices, long dim = 0) => Aten.tensor_split_tensor_indices_or_sections(this, indices, dim);

        public Tensor[] hsplit(long size) => Aten.hsplit_int(this, size);

        public Tensor[] hsplit(params long[] sizes) => Aten.hsplit_array(this, sizes);

        public Tensor[] hsplit(Tensor indices) => tensor_split(indices, dim() == 1 ? 0 : 1);

        public Tensor[] vsplit(long size) => Aten.vsplit_int(this, size);

        public Tensor[] vsplit(params long[] sizes) => Aten.vsplit_array(this, sizes);

        public Tensor[] vsplit(Tensor indices) => tensor_split(indices);

        public Tensor[] dsplit(long size) => Aten.dsplit_int(this, size);

        public Tensor[] dsplit(params long[] sizes) => Aten.dsplit_array(this, sizes);

        public Tensor[] dsplit(Tensor indices) => tensor_split(indices, 2);

        public IList<Tensor> nonzero_as_list() => Aten.where(this);

        /// <summary>Starting position in the storage, in elements.</summary>
        public long storage_offset()
        {
            long value;
            NativeError.Check(NativeMethods.rvt_tensor_storage_offset(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        public long stride(int dim)
        {
            var steps = stride();
            var index = dim < 0 ? dim + steps.Length : dim;
            return index >= 0 && index < steps.Length
                ? steps[index]
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {steps.Length} dimensions.");
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = Aten.scalar_tensor(value, dtype, null, device);
            return index_put_(number, indices);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var number = Aten.scalar_tensor(value, dtype, null, device);
            return index_put_(number, indices);
        }
    }
}
