using RobustVlm.Data.Sets.Layouts;

namespace RobustVlm.Data.Sets;

/// <summary>The medical part of the registry.</summary>
internal static class MedicalSets
{
    internal static IReadOnlyList<DataSetInfo> All { get; } =
    [
        new("chexpert", "CheXpert", "chest radiographs", ImageTask.MultiLabel, 224_316,
            "Stanford University Dataset Research Use Agreement (no commercial use, no passing on)",
            "https://stanfordmlgroup.github.io/competitions/chexpert/",
            "train.csv, valid.csv (and test.csv where it is had) with the columns Path and 14 findings, images in train/patient00001/study1/view1_frontal.jpg and so on.")
        { Reader = Chexpert.Open },
        new("mimic-cxr", "MIMIC-CXR-JPG", "chest radiographs with reports", ImageTask.MultiLabel, 377_110,
            "PhysioNet Credentialed Health Data License 1.5.0 (training and a signed agreement are needed)",
            "https://physionet.org/content/mimic-cxr-jpg/",
            "mimic-cxr-2.0.0-split.csv, -metadata.csv and -chexpert.csv (or .csv.gz), images in files/p10/p10000032/s50414267/NAME.jpg, reports of MIMIC-CXR in files/p10/p10000032/s50414267.txt.")
        { Reader = MimicCxr.Open },
        new("nih-cxr14", "NIH ChestX-ray14", "chest radiographs", ImageTask.MultiLabel, 112_120,
            "NIH Clinical Center: no restrictions on use, attribution required",
            "https://nihcc.app.box.com/v/ChestXray-NIHCC",
            "Data_Entry_2017_v2020.csv (or Data_Entry_2017.csv), train_val_list.txt, test_list.txt, images in images/ or images_001/images/ to images_012/images/.")
        { Reader = NihChestXray14.Open },
        new("rsna-pneumonia", "RSNA Pneumonia Detection Challenge (stage 2)", "chest radiographs with boxes", ImageTask.Segmentation, 26_684,
            "Terms of the challenge: non-commercial research and education",
            "https://www.kaggle.com/c/rsna-pneumonia-detection-challenge",
            "stage_2_train_labels.csv with the columns patientId, x, y, width, height, Target, images in stage_2_train_images/NAME.dcm, patients (optional) in pneumonia-challenge-dataset-mappings_2018.json.")
        { Reader = RsnaPneumonia.Open },
        new("siim-pneumothorax", "SIIM-ACR Pneumothorax Segmentation (stage 1)", "chest radiographs with masks", ImageTask.Segmentation, 10_675,
            "Terms of the competition: non-commercial research and education",
            "https://www.kaggle.com/c/siim-acr-pneumothorax-segmentation",
            "train-rle.csv with the columns ImageId and EncodedPixels, images in dicom-images-train/STUDY/SERIES/NAME.dcm.")
        { Reader = SiimPneumothorax.Open },
        new("covidx", "COVIDx CXR", "chest radiographs", ImageTask.SingleLabel, 30_386,
            "As its sources; see the address (mostly research only)",
            "https://github.com/lindawangg/COVID-Net/blob/master/docs/COVIDx.md",
            "train_COVIDx5.txt and test_COVIDx5.txt with patient, file, class and source in each line, images in train/ and test/.")
        { Reader = Covidx.Open },
        new("sz-cxr", "Shenzhen chest X-ray set", "chest radiographs, tuberculosis", ImageTask.SingleLabel, 662,
            "National Library of Medicine: free for research and education, citation required",
            "https://data.lhncbc.nlm.nih.gov/public/Tuberculosis-Chest-X-ray-Datasets/Shenzhen-Hospital-CXR-Set/index.html",
            "images in CXR_png/CHNCXR_0001_0.png (the last digit is the class), readings in ClinicalReadings/CHNCXR_0001_0.txt, lung masks (optional) in mask/CHNCXR_0001_0_mask.png.")
        { Reader = ShenzhenChest.Open },
        new("inbreast", "INbreast", "mammograms with outlines", ImageTask.SingleLabel, 410,
            "On request to the authors: research only",
            "https://doi.org/10.1016/j.acra.2011.09.014",
            "INbreast.csv with the columns File Name and Bi-Rads, images in AllDICOMs/NUMBER_PATIENT_MG_R_CC_ANON.dcm, outlines in AllXML/NUMBER.xml.")
        { Reader = Inbreast.Open },
        new("bloodcell", "Blood Cell Images (dataset2-master)", "white blood cells", ImageTask.SingleLabel, 12_515,
            "MIT",
            "https://www.kaggle.com/datasets/paultimothymooney/blood-cells",
            "images/TRAIN, images/TEST and images/TEST_SIMPLE with the folders EOSINOPHIL, LYMPHOCYTE, MONOCYTE and NEUTROPHIL.")
        { Reader = BloodCell.Open },
        new("palm", "PALM (pathologic myopia), training part", "fundus images", ImageTask.SingleLabel, 400,
            "CC BY 4.0",
            "https://ieee-dataport.org/documents/palm-pathologic-myopia-challenge",
            "images H0001.jpg, N0001.jpg and P0001.jpg in the folder PALM-Training400.")
        { Reader = Palm.Open },
        new("roco", "ROCO (radiology objects in context)", "figures of medical papers with captions", ImageTask.ImageText, 81_825,
            "Open Access subset of PubMed Central: Creative Commons, one licence per figure (licences.txt)",
            "https://github.com/razorx89/roco-dataset",
            "train, validation and test, each with radiology/captions.txt (name, tabulator, caption) or a table radiologytraindata.csv, radiologyvaldata.csv, radiologytestdata.csv (columns name and caption) beside or in the folder radiology, images in radiology/images.")
        { Reader = Roco.Open },
        new("image-table", "your own images with a table", "anything", ImageTask.SingleLabel, 0,
            "yours", "your own folder",
            "one CSV table with the column image and, where there are any, label, text, split, patient, licence; masks.csv with the columns image and mask.")
        { Reader = OwnTable.Open },
        new("image-folder", "your own images in one folder per class", "anything", ImageTask.SingleLabel, 0,
            "yours", "your own folder",
            "one folder per class, directly or below train, val and test.")
        { Reader = ClassFolders.Open },
    ];
}
