using RobustVlm.Data.Sets.Layouts;

namespace RobustVlm.Data.Sets;

/// <summary>The twelve two-dimensional sets of MedMNIST v2 (Yang et al., 2023, arXiv:2110.14795); checksums are those of version 2.1, 28 pixels.</summary>
internal static class MedMnistSets
{
    private static readonly string[] s_organs =
        ["bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver", "lung-left", "lung-right", "pancreas", "spleen"];

    internal static IReadOnlyList<DataSetInfo> All { get; } =
    [
        Of("pathmnist", "PathMNIST", "colon histology", 107_180, "a8b06965200029087d5bd730944a56c1",
            ["adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle", "normal colon mucosa", "cancer-associated stroma", "colorectal adenocarcinoma epithelium"]),
        Of("chestmnist", "ChestMNIST", "chest radiographs", 112_120, "02c8a6516a18b556561a56cbdd36c4a8",
            ["atelectasis", "cardiomegaly", "effusion", "infiltration", "mass", "nodule", "pneumonia", "pneumothorax", "consolidation", "edema", "emphysema", "fibrosis", "pleural", "hernia"],
            ImageTask.MultiLabel),
        Of("dermamnist", "DermaMNIST", "skin lesions", 10_015, "0744692d530f8e62ec473284d019b0c7",
            ["actinic keratoses and intraepithelial carcinoma", "basal cell carcinoma", "benign keratosis-like lesions", "dermatofibroma", "melanoma", "melanocytic nevi", "vascular lesions"],
            licence: "CC BY-NC 4.0"),
        Of("octmnist", "OCTMNIST", "retinal optical coherence tomography", 109_309, "c68d92d5b585d8d81f7112f81e2d0842",
            ["choroidal neovascularization", "diabetic macular edema", "drusen", "normal"]),
        Of("pneumoniamnist", "PneumoniaMNIST", "chest radiographs of children", 5_856, "28209eda62fecd6e6a2d98b1501bb15f", ["normal", "pneumonia"]),
        Of("retinamnist", "RetinaMNIST", "fundus images, retinopathy grades", 1_600, "bd4c0672f1bba3e3a89f0e4e876791e4", ["grade 0", "grade 1", "grade 2", "grade 3", "grade 4"]),
        Of("breastmnist", "BreastMNIST", "breast ultrasound", 780, "750601b1f35ba3300ea97c75c52ff8f6", ["malignant", "normal, benign"]),
        Of("bloodmnist", "BloodMNIST", "blood cells", 17_092, "7053d0359d879ad8a5505303e11de1dc",
            ["basophil", "eosinophil", "erythroblast", "immature granulocyte", "lymphocyte", "monocyte", "neutrophil", "platelet"]),
        Of("tissuemnist", "TissueMNIST", "kidney cells", 236_386, "ebe78ee8b05294063de985d821c1c34b",
            ["collecting duct, connecting tubule", "distal convoluted tubule", "glomerular endothelial cells", "interstitial endothelial cells", "leukocytes", "podocytes", "proximal tubule segments", "thick ascending limb"]),
        Of("organamnist", "OrganAMNIST", "abdominal CT, axial", 58_850, "866b832ed4eeba67bfb9edee1d5544e6", s_organs),
        Of("organcmnist", "OrganCMNIST", "abdominal CT, coronal", 23_660, "0afa5834fb105f7705a7d93372119a21", s_organs),
        Of("organsmnist", "OrganSMNIST", "abdominal CT, sagittal", 25_221, "e5c39f1af030238290b9557d9503af9d", s_organs),
    ];

    private static DataSetInfo Of(string name, string title, string subject, int images, string md5, string[] classes, ImageTask task = ImageTask.SingleLabel, string licence = "CC BY 4.0") =>
        new(name, title, subject, task, images, licence, "https://medmnist.com/",
            $"{name}.npz ({name}_224.npz and so on for larger images) with the arrays train_images, train_labels, val_images, val_labels, test_images and test_labels.")
        {
            Checksum = $"{name}.npz {md5}",
            Reader = (folder, options) => MedMnist.Open(folder, options, classes),
        };
}
