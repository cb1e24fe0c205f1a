namespace RobustVlm.Data.Sets.Layouts;

/// <summary>PatchCamelyon (Veeling et al., 2018, arXiv:1806.03962): HDF5 files, unpacked, 96 x 96 pixels.</summary>
/// <remarks>The tables <c>..._meta.csv</c> tell from which slide a patch is; where they lie beside the files, the slide stands for the patient.</remarks>
internal static class Pcam
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("pcam");
        var (items, places) = (new List<ImageItem>(), new List<(Hdf5File File, int Place)>());
        var shape = Array.Empty<long>();
        foreach (var (part, split) in new[] { ("train", DataSplit.Train), ("valid", DataSplit.Validation), ("test", DataSplit.Test) })
        {
            var name = $"camelyonpatch_level_2_split_{part}";
            var images = Hdf5File.Open(folder.Required(name + "_x.h5"));
            using var labels = Hdf5File.Open(folder.Required(name + "_y.h5"));
            var (sizes, counts) = (images.Shape("x"), labels.Shape("y"));
            if (sizes is not [var count, > 0 and <= 4096, > 0 and <= 4096, 3] || counts[0] != count || counts.Skip(1).Any(size => size != 1) || (shape.Length > 0 && !sizes.AsSpan(1).SequenceEqual(shape)))
            {
                throw folder.Wrong(name + "_x.h5", $"holds an array of the shape [{string.Join(", ", sizes)}], and the labels [{string.Join(", ", counts)}]");
            }

            shape = sizes.AsSpan(1).ToArray();
            var values = new byte[count];
            labels.Read("y", 0, counts, values);
            var slides = folder.Has(name + "_meta.csv") ? folder.Table(name + "_meta.csv", "wsi") : null;
            for (var i = 0; i < count; i++)
            {
                items.Add(new ImageItem($"{part}/{i}") { Label = values[i] != 0 ? 1 : 0, Split = split, Patient = slides is not null && i < slides.Count ? slides[i, "wsi"] : "" });
                places.Add((images, i));
            }
        }

        var (height, width) = ((int)shape[0], (int)shape[1]);
        long[] one = [1, height, width, 3];
        var pixels = new ArrayPixels((i, target) => places[i].File.Read("x", places[i].Place, one, target), (height, width, 3), SampleOrder.Interleaved);
        return new ImageSet(folder.Info, folder.Path, ["no tumour", "tumour"], items, pixels) { Task = folder.Info.Task };
    }
}
