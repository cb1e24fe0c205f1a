using System.IO.Compression;
using static RobustVlm.Tests.Data.Sets.SampleFiles;

namespace RobustVlm.Tests.Data.Sets;

/// <summary>Writes a tiny copy of every registered set, with its true layout, and says what must come out.</summary>
internal static class SampleSets
{
    /// <summary>What a set must contain.</summary>
    /// <param name="Images">Number of images.</param>
    /// <param name="Classes">Number of classes.</param>
    /// <param name="Table">A table or list that is needed, relative to the folder; empty where there is none.</param>
    /// <param name="Write">Writes it into a folder.</param>
    internal sealed record Sample(int Images, int Classes, string Table, Action<string> Write);

    internal static readonly string ChexpertColumns =
        "No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices";

    internal static IReadOnlyDictionary<string, Sample> All { get; } = Build();

    private static Dictionary<string, Sample> Build()
    {
        var all = new Dictionary<string, Sample>
        {
            ["chexpert"] = new(4, 14, "CheXpert-v1.0-small/train.csv", Chexpert),
            ["mimic-cxr"] = new(3, 14, "mimic-cxr-2.0.0-split.csv", MimicCxr),
            ["nih-cxr14"] = new(4, 14, "Data_Entry_2017_v2020.csv", Nih),
            ["rsna-pneumonia"] = new(2, 2, "stage_2_train_labels.csv", Rsna),
            ["siim-pneumothorax"] = new(2, 2, "train-rle.csv", Siim),
            ["covidx"] = new(4, 3, "train_COVIDx5.txt", Covidx),
            ["sz-cxr"] = new(2, 2, "", Shenzhen),
            ["inbreast"] = new(3, 2, "INbreast.csv", Inbreast),
            ["bloodcell"] = new(12, 4, "", BloodCell),
            ["palm"] = new(3, 2, "", folder => Each(["H0001", "N0001", "P0001"], name => Picture($"{folder}/PALM-Training400/PALM-Training400/{name}.jpg"))),
            ["roco"] = new(3, 0, "train/radiology/captions.txt", Roco),
            ["image-table"] = new(3, 2, "own.csv", folder =>
            {
                Each([1, 2, 3], i => Picture($"{folder}/images/{i}.png", i));
                Picture($"{folder}/masks/1.png", channels: 1);
                TextFile($"{folder}/masks.csv", "image,mask\nimages/1.png,masks/1.png\n");
                TextFile($"{folder}/own.csv", "image,label,text,split,patient\nimages/1.png,a,\"one, two\",train,p1\nimages/2.png,b,,train,p2\nimages/3.png,a,three,test,p3\n");
            }),
            ["image-folder"] = new(4, 2, "", folder => Each(["train/cat/1.png", "train/dog/1.png", "val/cat/2.png", "test/dog/3.png"], name => Picture($"{folder}/{name}"))),
            ["cifar10"] = new(12, 10, "cifar-10-batches-py/batches.meta", folder => Cifar10($"{folder}/cifar-10-batches-py")),
            ["cifar100"] = new(4, 3, "cifar-100-python/meta", folder => Cifar100($"{folder}/cifar-100-python")),
            ["stl10"] = new(4, 2, "stl10_binary/class_names.txt", folder => Stl10($"{folder}/stl10_binary")),
            ["sun397"] = new(2, 2, "SUN397/ClassName.txt", folder =>
            {
                TextFile($"{folder}/SUN397/ClassName.txt", "/a/abbey\n/a/apartment_building/outdoor\n");
                Each(["a/abbey/sun_1.jpg", "a/apartment_building/outdoor/sun_2.jpg"], name => Picture($"{folder}/SUN397/{name}"));
            }),
            ["food101"] = new(2, 2, "food-101/meta/train.json", folder =>
            {
                TextFile($"{folder}/food-101/meta/train.json", """{"apple_pie": ["apple_pie/1"], "waffles": []}""");
                TextFile($"{folder}/food-101/meta/test.json", """{"apple_pie": [], "waffles": ["waffles/2"]}""");
                Each(["apple_pie/1", "waffles/2"], name => Picture($"{folder}/food-101/images/{name}.jpg"));
            }),
            ["oxford-pets"] = new(2, 2, "oxford-iiit-pet/annotations/trainval.txt", folder =>
            {
                TextFile($"{folder}/oxford-iiit-pet/annotations/trainval.txt", "Abyssinian_100 1 1 1\n");
                TextFile($"{folder}/oxford-iiit-pet/annotations/test.txt", "american_bulldog_7 2 2 1\n");
                Each(["Abyssinian_100", "american_bulldog_7"], name => Picture($"{folder}/oxford-iiit-pet/images/{name}.jpg"));
            }),
            ["flowers102"] = new(3, 102, "flowers-102/setid.mat", folder =>
            {
                Mat($"{folder}/flowers-102/imagelabels.mat", packed: true, ("labels", new double[] { 1, 2, 2 }));
                Mat($"{folder}/flowers-102/setid.mat", packed: false, ("trnid", new double[] { 1 }), ("valid", new double[] { 3 }), ("tstid", new double[] { 2 }));
                Each([1, 2, 3], i => Picture($"{folder}/flowers-102/jpg/image_0000{i}.jpg", i));
            }),
            ["dtd"] = new(3, 2, "dtd/dtd/labels/train1.txt", folder =>
            {
                TextFile($"{folder}/dtd/dtd/labels/train1.txt", "banded/banded_0001.jpg\n");
                TextFile($"{folder}/dtd/dtd/labels/val1.txt", "zigzagged/zigzagged_0001.jpg\n");
                TextFile($"{folder}/dtd/dtd/labels/test1.txt", "banded/banded_0002.jpg\n");
                Each(["banded/banded_0001.jpg", "zigzagged/zigzagged_0001.jpg", "banded/banded_0002.jpg"], name => Picture($"{folder}/dtd/dtd/images/{name}"));
            }),
            ["eurosat"] = new(2, 2, "", folder => Each(["AnnualCrop/AnnualCrop_1.jpg", "Forest/Forest_1.jpg"], name => Picture($"{folder}/eurosat/2750/{name}"))),
            ["fgvc-aircraft"] = new(3, 2, "fgvc-aircraft-2013b/data/variants.txt", folder =>
            {
                var root = $"{folder}/fgvc-aircraft-2013b/data";
                TextFile($"{root}/variants.txt", "707-320\nDC-9-30\n");
                TextFile($"{root}/images_variant_train.txt", "1025794 707-320\n");
                TextFile($"{root}/images_variant_val.txt", "1025795 DC-9-30\n");
                TextFile($"{root}/images_variant_test.txt", "1025796 DC-9-30\n");
                Each([1025794, 1025795, 1025796], i => Picture($"{root}/images/{i}.jpg"));
            }),
            ["imagenet"] = new(2, 2, "", folder =>
            {
                TextFile($"{folder}/LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n");
                Each(["train/n01440764/n01440764_1.JPEG", "val/n01443537/ILSVRC2012_val_1.JPEG"], name => Jpeg($"{folder}/{name}"));
            }),
            ["caltech101"] = new(2, 2, "", folder => Each(["accordion/image_0001.jpg", "ant/image_0001.jpg", "BACKGROUND_Google/image_0001.jpg"], name => Picture($"{folder}/caltech101/101_ObjectCategories/{name}"))),
            ["caltech256"] = new(2, 2, "", folder => Each(["001.ak47/001_0001.jpg", "257.clutter/257_0001.jpg"], name => Picture($"{folder}/caltech256/256_ObjectCategories/{name}"))),
            ["stanford-cars"] = new(2, 2, "stanford_cars/devkit/cars_meta.mat", Cars),
            ["pcam"] = new(6, 2, "pcam/camelyonpatch_level_2_split_train_x.h5", Pcam),
            ["tiny-imagenet"] = new(2, 2, "tiny-imagenet-200/wnids.txt", folder =>
            {
                var root = $"{folder}/tiny-imagenet-200";
                TextFile($"{root}/wnids.txt", "n02124075\nn01443537\n");
                TextFile($"{root}/words.txt", "n01443537\tgoldfish, Carassius auratus\nn02124075\tEgyptian cat\n");
                TextFile($"{root}/val/val_annotations.txt", "val_0.JPEG\tn02124075\t0\t32\t44\t62\n");
                Each(["train/n01443537/images/n01443537_0.JPEG", "val/images/val_0.JPEG"], name => Jpeg($"{root}/{name}"));
                Directory.CreateDirectory($"{root}/train/n02124075/images");
            }),
        };
        foreach (var (name, classes) in new[]
        {
            ("pathmnist", 9), ("chestmnist", 14), ("dermamnist", 7), ("octmnist", 4), ("pneumoniamnist", 2), ("retinamnist", 5),
            ("breastmnist", 2), ("bloodmnist", 8), ("tissuemnist", 8), ("organamnist", 11), ("organcmnist", 11), ("organsmnist", 11),
        })
        {
            all[name] = new(4, classes, $"{name}.npz", folder => MedMnist(folder, name, name == "chestmnist" ? 14 : 1));
        }

        return all;
    }

    private static void Each<T>(T[] values, Action<T> write) => Array.ForEach(values, write);

    private static void Jpeg(string path)
    {
        Picture(path + ".jpg");
        File.Move(path + ".jpg", path);
    }

    private static void Chexpert(string folder)
    {
        var root = $"{folder}/CheXpert-v1.0-small";
        var head = "Path,Sex,Age,Frontal/Lateral,AP/PA," + ChexpertColumns + "\n";
        TextFile($"{root}/train.csv", head
            + "CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0\n"
            + "CheXpert-v1.0-small/train/patient00001/study1/view2_lateral.jpg,Female,68,Lateral,,,,-1.0,-1.0,,-1.0,,,-1.0,,-1.0,,,\n"
            + "CheXpert-v1.0-small/train/patient00002/study1/view1_frontal.jpg,Male,30,Frontal,PA,,,,,,,,,,1.0,,,,\n");
        TextFile($"{root}/valid.csv", head + "CheXpert-v1.0-small/valid/patient64541/study1/view1_frontal.jpg,Male,73,Frontal,AP,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0\n");
        Each(["train/patient00001/study1/view1_frontal", "train/patient00001/study1/view2_lateral", "train/patient00002/study1/view1_frontal", "valid/patient64541/study1/view1_frontal"],
            name => Picture($"{root}/{name}.jpg", channels: 1));
    }

    private static void MimicCxr(string folder)
    {
        (string Image, string Study, string Subject, string Split, string View)[] rows =
            [("aa-1", "50414267", "10000032", "train", "PA"), ("bb-2", "50414267", "10000032", "train", "LATERAL"), ("cc-3", "53189527", "11000980", "test", "AP")];
        TextFile($"{folder}/mimic-cxr-2.0.0-split.csv", "dicom_id,study_id,subject_id,split\n" + string.Concat(rows.Select(r => $"{r.Image},{r.Study},{r.Subject},{r.Split}\n")));
        TextFile($"{folder}/mimic-cxr-2.0.0-metadata.csv", "dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition\n" + string.Concat(rows.Select(r => $"{r.Image},{r.Subject},{r.Study},\"CHEST (PA, LAT)\",{r.View}\n")));
        TextFile($"{folder}/labels.csv", $"subject_id,study_id,{ChexpertColumns}\n10000032,50414267,,,,,,,,,1.0,,-1.0,,,\n");
        using (var packed = new GZipStream(File.Create($"{folder}/mimic-cxr-2.0.0-chexpert.csv.gz"), CompressionLevel.Fastest))
        {
            packed.Write(File.ReadAllBytes($"{folder}/labels.csv"));
        }

        File.Delete($"{folder}/labels.csv");
        foreach (var row in rows)
        {
            var study = $"{folder}/files/p{row.Subject[..2]}/p{row.Subject}/s{row.Study}";
            Picture($"{study}/{row.Image}.jpg", channels: 1);
            TextFile(study + ".txt", row.Subject == "10000032" ? "                                 FINAL REPORT\n EXAMINATION:  CHEST\n \n FINDINGS: \n \n There is a\n small effusion.\n \n IMPRESSION: \n \n Effusion.\n" : "No section at all is\nnormal.\n");
        }
    }

    private static void Nih(string folder)
    {
        TextFile($"{folder}/Data_Entry_2017_v2020.csv", "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age\n00000001_000.png,Cardiomegaly,0,1,58\n00000001_001.png,Cardiomegaly|Emphysema,1,1,58\n00000002_000.png,No Finding,0,2,81\n00000003_000.png,Hernia,0,3,81\n");
        TextFile($"{folder}/train_val_list.txt", "00000001_000.png\n00000001_001.png\n00000002_000.png\n");
        TextFile($"{folder}/test_list.txt", "00000003_000.png\n");
        Each(["001/images/00000001_000", "001/images/00000001_001", "001/images/00000002_000", "002/images/00000003_000"], name => Picture($"{folder}/images_{name}.png", channels: 1));
    }

    private static void Rsna(string folder)
    {
        TextFile($"{folder}/stage_2_train_labels.csv", "patientId,x,y,width,height,Target\nid-a,,,,,0\nid-b,1.0,2.0,3.0,4.0,1\nid-b,6.0,0.0,2.0,2.0,1\n");
        Each(["id-a", "id-b"], name => Picture($"{folder}/stage_2_train_images/{name}.dcm"));
    }

    private static void Siim(string folder)
    {
        TextFile($"{folder}/train-rle.csv", "ImageId, EncodedPixels\n1.2.3, -1\n1.2.4, 1025 2 1022 3\n1.2.4,0 1\n");
        Each(["1.2.3", "1.2.4"], name => Picture($"{folder}/dicom-images-train/study-{name}/series-{name}/{name}.dcm"));
    }

    private static void Covidx(string folder)
    {
        TextFile($"{folder}/train_COVIDx5.txt", "3 a.png COVID-19 cohen\n4 b two.png pneumonia cohen\n5 c.png normal rsna\n");
        TextFile($"{folder}/test_COVIDx5.txt", "9 d.png COVID-19 actmed\n");
        Each(["train/a", "train/b two", "train/c", "test/d"], name => Picture($"{folder}/{name}.png"));
    }

    private static void Shenzhen(string folder)
    {
        Each(["CHNCXR_0001_0", "CHNCXR_0327_1"], name =>
        {
            Picture($"{folder}/ChinaSet_AllFiles/CXR_png/{name}.png", channels: 1);
            TextFile($"{folder}/ChinaSet_AllFiles/ClinicalReadings/{name}.txt", "male 45yrs\nnormal\n");
        });
        Picture($"{folder}/ChinaSet_AllFiles/mask/CHNCXR_0327_1_mask.png", channels: 1);
    }

    private static void Inbreast(string folder)
    {
        TextFile($"{folder}/INbreast.csv", "Patient ID;Patient age;Laterality;View;Acquisition date;File Name;ACR;Bi-Rads;Mass\nremoved;removed;R;CC;201001;20586908;3;1;\nremoved;removed;R;MLO;201001;20586934;3;4a;X\nremoved;removed;L;CC;201001;20586960;3;;X\n");
        Each(["20586908_6c613a14b80a8591_MG_R_CC_ANON", "20586934_6c613a14b80a8591_MG_R_ML_ANON", "20586960_aaaa_MG_L_CC_ANON"], name => Picture($"{folder}/AllDICOMs/{name}.dcm"));
        TextFile($"{folder}/AllXML/20586934.xml", """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0"><dict><key>Images</key><array><dict><key>NumberOfROIs</key><integer>1</integer><key>ROIs</key><array><dict>
            <key>Name</key><string>Mass</string><key>Point_px</key><array><string>(2.0, 1.0)</string><string>(6.0, 1.0)</string><string>(6.0, 5.0)</string><string>(2.0, 5.0)</string></array>
            </dict></array></dict></array></dict></plist>
            """);
    }

    private static void BloodCell(string folder)
    {
        foreach (var part in new[] { "TRAIN", "TEST", "TEST_SIMPLE" })
        {
            Each(["EOSINOPHIL", "LYMPHOCYTE", "MONOCYTE", "NEUTROPHIL"], kind => Picture($"{folder}/dataset2-master/dataset2-master/images/{part}/{kind}/_0_1169.jpeg"));
        }
    }

    private static void Roco(string folder)
    {
        foreach (var (part, name) in new[] { ("train", "ROCO_00001"), ("validation", "ROCO_00002"), ("test", "ROCO_00003") })
        {
            TextFile($"{folder}/{part}/radiology/captions.txt", $"{name}\t Chest radiograph of {name}.\n");
            Picture($"{folder}/{part}/radiology/images/{name}.jpg");
        }
    }

    private static void MedMnist(string folder, string name, int columns)
    {
        var colour = name is "pathmnist" or "dermamnist" or "retinamnist" or "bloodmnist";
        (string, int[], byte[]) Images(string part, int count) => ($"{part}_images", colour ? [count, 28, 28, 3] : [count, 28, 28], [.. Enumerable.Range(0, count * 28 * 28 * (colour ? 3 : 1)).Select(i => (byte)(i * 7))]);
        (string, int[], byte[]) Labels(string part, int count) => ($"{part}_labels", [count, columns], [.. Enumerable.Range(0, count * columns).Select(i => (byte)(i % 2))]);
        Npz($"{folder}/{name}.npz", CompressionLevel.Fastest, Images("train", 2), Labels("train", 2), Images("val", 1), Labels("val", 1), Images("test", 1), Labels("test", 1));
    }

    internal static byte[] Noise(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 31 * seed) ^ (i >> 5)))];

    private static void Cifar10(string folder)
    {
        Directory.CreateDirectory(folder);
        CifarNames($"{folder}/batches.meta", "label_names", "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        Each([1, 2, 3, 4, 5], i => CifarPickle($"{folder}/data_batch_{i}", "labels", [i, 9], Noise(2 * 3072, i)));
        CifarPickle($"{folder}/test_batch", "labels", [0, 1], Noise(2 * 3072, 6));
    }

    private static void Cifar100(string folder)
    {
        Directory.CreateDirectory(folder);
        CifarNames($"{folder}/meta", "fine_label_names", "apple", "aquarium_fish", "baby");
        CifarPickle($"{folder}/train", "fine_labels", [2, 1], Noise(2 * 3072, 1));
        CifarPickle($"{folder}/test", "fine_labels", [0, 0], Noise(2 * 3072, 2));
    }

    private static void Stl10(string folder)
    {
        TextFile($"{folder}/class_names.txt", "airplane\nbird\n");
        foreach (var part in new[] { "train", "test" })
        {
            File.WriteAllBytes($"{folder}/{part}_X.bin", Noise(2 * 3 * 96 * 96, 3));
            File.WriteAllBytes($"{folder}/{part}_y.bin", [1, 2]);
        }
    }

    private static void Cars(string folder)
    {
        Dictionary<string, object> Row(string file, double label) => new() { ["bbox_x1"] = new[] { 1.0 }, ["class"] = new[] { label }, ["fname"] = file };
        Mat($"{folder}/stanford_cars/devkit/cars_meta.mat", packed: true, ("class_names", new[] { "AM General Hummer SUV 2000", "Acura RL Sedan 2012" }));
        Mat($"{folder}/stanford_cars/devkit/cars_train_annos.mat", packed: true, ("annotations", new[] { Row("00001.jpg", 2) }));
        Mat($"{folder}/stanford_cars/cars_test_annos_withlabels.mat", packed: false, ("annotations", new[] { Row("00001.jpg", 1) }));
        Each(["cars_train", "cars_test"], part => Picture($"{folder}/stanford_cars/{part}/00001.jpg"));
    }

    private static void Pcam(string folder)
    {
        Directory.CreateDirectory($"{folder}/pcam");
        foreach (var part in new[] { "train", "valid", "test" })
        {
            Hdf5($"{folder}/pcam/camelyonpatch_level_2_split_{part}_x.h5", "x", [2, 96, 96, 3], Noise(2 * 96 * 96 * 3, 5));
            Hdf5($"{folder}/pcam/camelyonpatch_level_2_split_{part}_y.h5", "y", [2, 1, 1, 1], [0, 1]);
        }
    }
}
