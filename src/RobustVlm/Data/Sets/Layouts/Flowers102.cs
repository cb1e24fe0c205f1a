namespace RobustVlm.Data.Sets.Layouts;

/// <summary>Oxford 102 Flower (Nilsback and Zisserman, 2008): labels and parts in MATLAB files. The files hold no names of classes; these are those of its published list of categories, in the order of the labels.</summary>
internal static class Flowers102
{
    private static readonly string[] s_names =
    [
        "pink primrose", "hard-leaved pocket orchid", "canterbury bells", "sweet pea", "english marigold", "tiger lily", "moon orchid", "bird of paradise",
        "monkshood", "globe thistle", "snapdragon", "colt's foot", "king protea", "spear thistle", "yellow iris", "globe flower",
        "purple coneflower", "peruvian lily", "balloon flower", "giant white arum lily", "fire lily", "pincushion flower", "fritillary", "red ginger",
        "grape hyacinth", "corn poppy", "prince of wales feathers", "stemless gentian", "artichoke", "sweet william", "carnation", "garden phlox",
        "love in the mist", "mexican aster", "alpine sea holly", "ruby-lipped cattleya", "cape flower", "great masterwort", "siam tulip", "lenten rose",
        "barbeton daisy", "daffodil", "sword lily", "poinsettia", "bolero deep blue", "wallflower", "marigold", "buttercup",
        "oxeye daisy", "common dandelion", "petunia", "wild pansy", "primula", "sunflower", "pelargonium", "bishop of llandaff",
        "gaura", "geranium", "orange dahlia", "pink and yellow dahlia", "cautleya spicata", "japanese anemone", "black-eyed susan", "silverbush",
        "californian poppy", "osteospermum", "spring crocus", "bearded iris", "windflower", "tree poppy", "gazania", "azalea",
        "water lily", "rose", "thorn apple", "morning glory", "passion flower", "lotus", "toad lily", "anthurium",
        "frangipani", "clematis", "hibiscus", "columbine", "desert-rose", "tree mallow", "magnolia", "cyclamen",
        "watercress", "canna lily", "hippeastrum", "bee balm", "air plant", "foxglove", "bougainvillea", "camellia",
        "mallow", "mexican petunia", "bromelia", "blanket flower", "trumpet creeper", "blackberry lily",
    ];

    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        folder = folder.Inside("flowers-102");
        var labels = Numbers(folder, "imagelabels.mat", "labels");
        var items = new List<ImageItem>();
        foreach (var (name, split) in new[] { ("trnid", DataSplit.Train), ("valid", DataSplit.Validation), ("tstid", DataSplit.Test) })
        {
            foreach (var id in Numbers(folder, "setid.mat", name))
            {
                if (id < 1 || id > labels.Length || labels[(int)id - 1] is not (>= 1 and <= 102))
                {
                    throw folder.Wrong("setid.mat", $"has the image {id}, for which imagelabels.mat has no label from 1 to 102");
                }

                items.Add(new ImageItem($"jpg/image_{(int)id:00000}.jpg") { Label = (int)labels[(int)id - 1] - 1, Split = split });
            }
        }

        return folder.Files(s_names, items);
    }

    private static double[] Numbers(SetFolder folder, string file, string name) =>
        MatFile.Read(folder.Required(file)).GetValueOrDefault(name) as double[] ?? throw folder.Wrong(file, $"has no numbers '{name}'");
}
