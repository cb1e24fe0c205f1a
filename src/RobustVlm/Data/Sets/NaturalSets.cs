using RobustVlm.Data.Sets.Layouts;

namespace RobustVlm.Data.Sets;

/// <summary>The sixteen sets of the zero-shot comparison of PMG-AFT (Wang et al., 2024, arXiv:2401.04350), in torchvision's layouts.</summary>
internal static class NaturalSets
{
    private const string Research = "Research only; copyright of the images stays with their owners";

    internal static IReadOnlyList<DataSetInfo> All { get; } =
    [
        Of("cifar10", "CIFAR-10", "small photos of objects", 60_000, "Not stated by its makers", "https://www.cs.toronto.edu/~kriz/cifar.html",
            "cifar-10-batches-py with data_batch_1 to data_batch_5, test_batch and batches.meta (or cifar-10-batches-bin).", Cifar.Ten, "cifar-10-python.tar.gz c58f30108f718f92721af3b95e74349a"),
        Of("cifar100", "CIFAR-100", "small photos of objects", 60_000, "Not stated by its makers", "https://www.cs.toronto.edu/~kriz/cifar.html",
            "cifar-100-python with train, test and meta (or cifar-100-binary).", Cifar.Hundred, "cifar-100-python.tar.gz eb9058c3a382ffc7106e4002c42a8d85"),
        Of("stl10", "STL-10", "photos of objects", 13_000, "As ImageNet: research only", "https://cs.stanford.edu/~acoates/stl10/",
            "stl10_binary with train_X.bin, train_y.bin, test_X.bin, test_y.bin and class_names.txt.", Stl10.Open, "stl10_binary.tar.gz 91f7769df0f17e558f3565bffb0c7dfb"),
        Of("sun397", "SUN397", "photos of scenes", 108_754, Research, "https://vision.princeton.edu/projects/2010/SUN/",
            "SUN397 with ClassName.txt and images in a/abbey and so on.", Sun397.Open, "SUN397.tar.gz 8ca2778205c41d23104230ba66911c7a"),
        Of("food101", "Food-101", "photos of dishes", 101_000, Research, "https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
            "food-101 with meta/train.json, meta/test.json and images in images/CLASS/NUMBER.jpg.", Food101.Open, "food-101.tar.gz 85eeb15f3717b99a5da872d97d918f87"),
        Of("oxford-pets", "Oxford-IIIT Pet", "photos of cats and dogs", 7_349, "CC BY-SA 4.0", "https://www.robots.ox.ac.uk/~vgg/data/pets/",
            "oxford-iiit-pet with annotations/trainval.txt, annotations/test.txt, images/ and annotations/trimaps/.", OxfordPets.Open, "images.tar.gz 5c4f3ee8e5d25df40f4fd59a7f44e54c"),
        Of("flowers102", "Oxford 102 Flower", "photos of flowers", 8_189, Research, "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
            "flowers-102 with imagelabels.mat, setid.mat and jpg/image_00001.jpg and so on.", Flowers102.Open, "102flowers.tgz 52808999861908f626f3c1f4e79d11fa"),
        Of("dtd", "Describable Textures", "photos of textures", 5_640, "Research only", "https://www.robots.ox.ac.uk/~vgg/data/dtd/",
            "dtd with labels/train1.txt, labels/val1.txt, labels/test1.txt (to 10) and images/CLASS/NAME.jpg.", Dtd.Open, "dtd-r1.0.1.tar.gz fff73e5086ae6bdbea199a49dfb8a4c1"),
        Of("eurosat", "EuroSAT (RGB)", "satellite photos of land use", 27_000, "MIT", "https://github.com/phelber/EuroSAT",
            "2750 with one folder per class.", ClassFolders.EuroSat, "EuroSAT.zip c8fa014336c82ac7804f0398fcb19387"),
        Of("fgvc-aircraft", "FGVC-Aircraft", "photos of aircraft", 10_000, "Non-commercial research only", "https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/",
            "fgvc-aircraft-2013b/data with variants.txt, images_variant_train.txt, images_variant_val.txt, images_variant_test.txt and images/.", FgvcAircraft.Open, "fgvc-aircraft-2013b.tar.gz d4acdd33327262359767eeaa97a4f732"),
        Of("imagenet", "ImageNet-1k (ILSVRC 2012)", "photos", 1_331_167, "ImageNet terms of access: non-commercial research and education", "https://image-net.org/download.php",
            "train and val with one folder per class (n01440764 and so on); LOC_synset_mapping.txt names the classes where it is there.", ImageNets.Full, "ILSVRC2012_img_val.tar 29b22e2961454d5413ddabcf34fc5622"),
        Of("caltech101", "Caltech 101", "photos of objects", 8_677, "CC BY 4.0", "https://data.caltech.edu/records/mzrjq-6wc02",
            "101_ObjectCategories with one folder per class; BACKGROUND_Google is left out.", ClassFolders.Caltech101, "101_ObjectCategories.tar.gz b224c7392d521a49829488ab0f1120d9"),
        Of("caltech256", "Caltech 256", "photos of objects", 30_607, "CC BY 4.0", "https://data.caltech.edu/records/nyy15-4j048",
            "256_ObjectCategories with one folder per class (001.ak47 and so on).", ClassFolders.Caltech256, "256_ObjectCategories.tar 67b4f42ca05d46448c6bb8ecd2220f6d"),
        Of("stanford-cars", "Stanford Cars", "photos of cars", 16_185, "Non-commercial research only", "https://ai.stanford.edu/~jkrause/cars/car_dataset.html",
            "stanford_cars with devkit/cars_meta.mat, devkit/cars_train_annos.mat, cars_test_annos_withlabels.mat, cars_train/ and cars_test/.", StanfordCars.Open, ""),
        Of("pcam", "PatchCamelyon", "lymph node histology", 327_680, "CC0 1.0", "https://github.com/basveeling/pcam",
            "camelyonpatch_level_2_split_train_x.h5, _train_y.h5, _valid_x.h5, _valid_y.h5, _test_x.h5 and _test_y.h5, unpacked from .gz.", Pcam.Open, ""),
        Of("tiny-imagenet", "Tiny ImageNet", "small photos", 110_000, "As ImageNet: non-commercial research and education", "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
            "tiny-imagenet-200 with wnids.txt, words.txt, train/n01443537/images/ and so on, val/images/ and val/val_annotations.txt.", ImageNets.Tiny, "tiny-imagenet-200.zip 90528d7ca1a48142e341f4ef8d21d0de"),
    ];

    private static DataSetInfo Of(string name, string title, string subject, int images, string licence, string address, string layout, Func<SetFolder, ImageSetOptions, ImageSet> reader, string checksum) =>
        new(name, title, subject, ImageTask.SingleLabel, images, licence, address, layout) { Checksum = checksum, Reader = reader };
}
