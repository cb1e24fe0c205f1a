using RobustVlm.Data;
using RobustVlm.Data.Sets;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data.Sets;

/// <summary>What is special about single sets: label rules, official parts, masks, reports.</summary>
public sealed class LayoutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("robustvlm-layout-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Chexpert_keeps_uncertain_and_unknown_findings_apart_and_policies_resolve_them()
    {
        using var scope = NewDisposeScope();
        var set = Open("chexpert");

        Assert.Equal([1, 1, 1, 2], set.Items.Select(item => item.Split == DataSplit.Train ? 1 : 2));
        Assert.Equal(ImageItem.Uncertain, set.Items[1].Findings[2]);
        Assert.Equal(ImageItem.Unknown, set.Items[1].Findings[0]);
        Assert.Equal("patient00001", set.Items[1].Patient);
        float Target(UnclearFinding uncertain) => set.Targets([1], new LabelPolicy { Uncertain = uncertain })[0, 2].item<float>();
        Assert.Equal([0f, 1f, float.NaN], [Target(UnclearFinding.AsZero), Target(UnclearFinding.AsOne), Target(UnclearFinding.Ignore)]);
        Assert.Equal(0, set.Targets([1])[0, 0].item<float>());
        Assert.True(float.IsNaN(set.Targets([1], new LabelPolicy { Unknown = UnclearFinding.Ignore })[0, 0].item<float>()));
        Assert.Equal(3, Open("chexpert", new ImageSetOptions { FrontalOnly = true }).Count);
    }

    [Fact]
    public void Chexpert_s_folder_may_be_the_inner_one()
    {
        Open("chexpert");

        var inner = DataSetRegistry.Open("chexpert", Path.Combine(_folder, "CheXpert-v1.0-small"));

        using var image = inner.ReadImage(0);
        Assert.Equal(4, inner.Count);
    }

    [Fact]
    public void Mimic_reads_packed_labels_reports_and_frontal_views()
    {
        var set = Open("mimic-cxr");

        Assert.Equal(["10000032", "10000032", "11000980"], set.Items.Select(item => item.Patient));
        Assert.Equal(1, set.Items[0].Findings[8]);
        Assert.Equal(ImageItem.Uncertain, set.Items[0].Findings[10]);
        Assert.True(set.Items[2].Findings.All(float.IsNaN));
        Assert.Equal("Effusion. There is a small effusion.", ReportSections.Parse(set.ReadText(0)).Caption);
        Assert.Equal("No section at all is normal.", ReportSections.Parse(set.ReadText(2)).Findings);
        Assert.Equal(["aa-1.jpg", "cc-3.jpg"], Open("mimic-cxr", new ImageSetOptions { FrontalOnly = true }).Items.Select(item => Path.GetFileName(item.Key)));
    }

    [Fact]
    public void Nih_splits_several_findings_and_follows_the_official_lists()
    {
        var set = Open("nih-cxr14");

        Assert.Equal(["Cardiomegaly", "Emphysema"], set.Classes.Where((_, k) => set.Items[1].Findings[k] == 1));
        Assert.Equal(0, set.Items[2].Findings.Sum());
        Assert.Equal([3], set.Part(DataSplit.Test));
        Assert.Equal([0, 1, 2], set.Part(DataSplit.Train));
    }

    [Fact]
    public void An_image_of_a_test_patient_leaves_the_training_part_and_is_counted()
    {
        SampleSets.All["nih-cxr14"].Write(_folder);
        File.WriteAllText(Path.Combine(_folder, "train_val_list.txt"), "00000001_000.png\n00000002_000.png\n");
        File.WriteAllText(Path.Combine(_folder, "test_list.txt"), "00000001_001.png\n00000003_000.png\n");

        var set = DataSetRegistry.Open("nih-cxr14", _folder);

        Assert.Equal([2], set.Part(DataSplit.Train));
        Assert.Equal([1, 3], set.Part(DataSplit.Test));
        Assert.Contains("1 images were taken out", Assert.Single(set.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Rsna_unites_boxes_into_one_mask()
    {
        using var scope = NewDisposeScope();
        var set = Open("rsna-pneumonia");

        var mask = set.ReadMask(1);

        Assert.Equal([0, 1], set.Items.Select(item => item.Label));
        Assert.Equal(0, set.ReadMask(0).sum().ToDouble());
        Assert.Equal(12 + 4, mask.sum().ToDouble());
        Assert.Equal(1, mask[0, 2, 1].ToDouble());
        Assert.Equal(1, mask[0, 0, 7].ToDouble());
        Assert.Equal(0, mask[0, 2, 4].ToDouble());
    }

    [Fact]
    public void Rsna_takes_patients_from_the_names_in_chest_xray14_where_they_are_told()
    {
        var bare = Open("rsna-pneumonia");
        File.WriteAllText(Path.Combine(_folder, "pneumonia-challenge-dataset-mappings_2018.json"), """[{"subset_img_id": "id-a", "img_id": "00000007_000.png"}, {"subset_img_id": "id-b", "img_id": "00000007_012.png", "orig_labels": ["Mass"]}]""");
        var told = DataSetRegistry.Open("rsna-pneumonia", _folder);
        File.WriteAllText(Path.Combine(_folder, "pneumonia-challenge-dataset-mappings_2018.json"), """{"id-a": 1}""");

        Assert.Equal(["id-a", "id-b"], bare.Items.Select(item => item.Patient));
        Assert.StartsWith("Images of one person cannot be told", Assert.Single(bare.Notes), StringComparison.Ordinal);
        Assert.Equal(["00000007", "00000007"], told.Items.Select(item => item.Patient));
        Assert.Empty(told.Notes);
        using var mask = told.ReadMask(1);
        Assert.Equal(12 + 4, mask.sum().ToDouble());
        Assert.Throws<InvalidDataException>(() => DataSetRegistry.Open("rsna-pneumonia", _folder));
    }

    [Fact]
    public void Siim_says_that_a_study_is_no_person() => Assert.StartsWith("Each study counts", Assert.Single(Open("siim-pneumothorax").Notes), StringComparison.Ordinal);

    [Fact]
    public void Flowers_have_their_published_names()
    {
        var set = Open("flowers102");

        Assert.Equal(102, set.Classes.Distinct().Count());
        Assert.Equal(("pink primrose", "petunia", "blackberry lily"), (set.Classes[0], set.Classes[50], set.Classes[101]));
    }

    [Theory]
    [InlineData("image-table")]
    [InlineData("image-folder")]
    public void One_s_own_images_are_not_to_be_got_anywhere(string name)
    {
        var missing = Path.Combine(_folder, "none");

        var message = Assert.Throws<DirectoryNotFoundException>(() => DataSetRegistry.Open(name, missing)).Message;

        Assert.StartsWith($"There is no folder {missing}: name the one", message, StringComparison.Ordinal);
        Assert.DoesNotContain("get it from", message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Siim_draws_relative_runs_column_by_column_and_unites_rows()
    {
        using var scope = NewDisposeScope();
        var set = Open("siim-pneumothorax");

        var mask = set.ReadMask(1);

        Assert.Equal([0, 1], set.Items.Select(item => item.Label));
        Assert.Equal([1, 1024, 1024], mask.shape);
        Assert.Equal(6, mask.sum().ToDouble());
        Assert.Equal(1, mask[0, 0, 0].ToDouble());
        Assert.All([(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)], place => Assert.Equal(1, mask[0, place.Item1, place.Item2].ToDouble()));
        Assert.Equal("study-1.2.4", set.Items[1].Patient);
    }

    [Theory]
    [InlineData("5", "pairs")]
    [InlineData("2000000 2", "beyond")]
    [InlineData("1 x", "damaged")]
    public void Siim_refuses_runs_that_leave_the_image_or_are_none(string runs, string part)
    {
        SampleSets.All["siim-pneumothorax"].Write(_folder);
        File.WriteAllText(Path.Combine(_folder, "train-rle.csv"), $"ImageId, EncodedPixels\n1.2.3, {runs}\n");
        var set = DataSetRegistry.Open("siim-pneumothorax", _folder);

        var error = Assert.Throws<InvalidDataException>(() => set.ReadMask(0));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("1.2.3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BiRadsRule.UpToThree, "0 1 1", 0)]
    [InlineData(BiRadsRule.FourAToSix, "0 1", 1)]
    [InlineData(BiRadsRule.Grades, "0 3", 1)]
    public void Inbreast_has_three_rules_for_grades(BiRadsRule rule, string labels, int notes)
    {
        var set = Open("inbreast", new ImageSetOptions { BiRads = rule });

        Assert.Equal(labels, string.Join(' ', set.Items.Select(item => item.Label)));
        Assert.Equal(notes, set.Notes.Count);
        Assert.Equal("6c613a14b80a8591", set.Items[0].Patient);
    }

    [Fact]
    public void Inbreast_fills_outlines()
    {
        using var scope = NewDisposeScope();
        var set = Open("inbreast");

        var mask = set.ReadMask(1);

        Assert.False(set.Items[0].HasMask);
        Assert.Throws<InvalidOperationException>(() => set.ReadMask(0));
        Assert.Equal(1, mask[0, 3, 4].ToDouble());
        Assert.Equal(0, mask[0, 3, 8].ToDouble());
        Assert.InRange(mask.sum().ToDouble(), 20, 25);
    }

    [Fact]
    public void Siim_refuses_a_row_without_runs()
    {
        SampleSets.All["siim-pneumothorax"].Write(_folder);
        File.WriteAllText(Path.Combine(_folder, "train-rle.csv"), "ImageId, EncodedPixels\n1.2.3, -1\n1.2.4,\n");

        Assert.Contains("row 3: it has no EncodedPixels", Assert.Throws<InvalidDataException>(() => DataSetRegistry.Open("siim-pneumothorax", _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inbreast_leaves_images_out_that_its_table_does_not_list()
    {
        SampleSets.All["inbreast"].Write(_folder);
        SampleFiles.Picture(Path.Combine(_folder, "AllDICOMs", "1_aaaa_MG_R_CC_ANON.dcm"));

        var set = DataSetRegistry.Open("inbreast", _folder);

        Assert.Equal(3, set.Count);
        Assert.StartsWith("1 images that INbreast.csv does not list", Assert.Single(set.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Inbreast_refuses_unknown_grades()
    {
        SampleSets.All["inbreast"].Write(_folder);
        File.WriteAllText(Path.Combine(_folder, "INbreast.csv"), "File Name;Bi-Rads\n20586908;1\n20586934;7\n");

        Assert.Contains("row 3: '7' is none", Assert.Throws<InvalidDataException>(() => DataSetRegistry.Open("inbreast", _folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test_COVIDx5.txt", "test_COVIDx9A.txt", "9 d.png COVID-19 actmed", "another version than train_COVIDx5.txt")]
    [InlineData("", "train_COVIDx9A.txt", "3 a.png positive cohen", "keep those of one version")]
    [InlineData("", "val_COVIDx9A.txt", "3 a.png COVID-19 cohen", "another version than train_COVIDx5.txt")]
    [InlineData("test_COVIDx5.txt", "test_COVIDx5.txt", "9 d.png positive actmed", "the class 'positive'")]
    public void Covidx_refuses_lists_of_several_versions(string removed, string added, string line, string part)
    {
        SampleSets.All["covidx"].Write(_folder);
        if (removed.Length > 0)
        {
            File.Delete(Path.Combine(_folder, removed));
        }

        File.WriteAllText(Path.Combine(_folder, added), line + "\n");

        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => DataSetRegistry.Open("covidx", _folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("radiology/")]
    public void Roco_s_copy_with_tables_is_read(string inner)
    {
        foreach (var (part, table) in new[] { ("train", "traindata"), ("validation", "valdata"), ("test", "testdata") })
        {
            SampleFiles.TextFile($"{_folder}/all_data/{part}/{inner}radiology{table}.csv", $"id,name,caption\nROCO_1,{part}.jpg,\"An image, of {part}.\"\n");
            SampleFiles.Picture($"{_folder}/all_data/{part}/radiology/images/{part}.jpg");
        }

        var set = DataSetRegistry.Open("roco", _folder);

        using var image = set.ReadImage(1);
        Assert.Equal([DataSplit.Train, DataSplit.Validation, DataSplit.Test], set.Items.Select(item => item.Split));
        Assert.Equal("An image, of validation.", set.ReadText(1));
    }

    [Fact]
    public void Covidx_takes_file_names_with_blanks()
    {
        var set = Open("covidx");

        Assert.Equal(["train/a.png", "train/b two.png", "train/c.png", "test/d.png"], set.Items.Select(item => item.Key));
        Assert.Equal([2, 1, 0, 2], set.Items.Select(item => item.Label));
        Assert.Equal(["3", "4", "5", "9"], set.Items.Select(item => item.Patient));
    }

    [Fact]
    public void Shenzhen_takes_the_class_from_the_name_and_the_reading_as_text()
    {
        var set = Open("sz-cxr");

        Assert.Equal([0, 1], set.Items.Select(item => item.Label));
        Assert.StartsWith("male 45yrs", set.ReadText(0), StringComparison.Ordinal);
        Assert.Equal([false, true], set.Items.Select(item => item.HasMask));
    }

    [Fact]
    public void Stl10_turns_columns_into_rows()
    {
        var set = Open("stl10");
        var raw = SampleSets.Noise(3 * 96 * 96, 3);

        using var image = set.ReadImage(0);

        Assert.Equal(raw[(96 * 5) + 7] / 255f, image[0, 7, 5].item<float>(), 1e-6);
        Assert.Equal(raw[(2 * 96 * 96) + (96 * 5) + 7] / 255f, image[2, 7, 5].item<float>(), 1e-6);
    }

    [Fact]
    public void Cifar_s_planes_become_colours()
    {
        var set = Open("cifar10");
        var raw = SampleSets.Noise(2 * 3072, 2);

        using var image = set.ReadImage(3);

        Assert.Equal(9, set.Items[3].Label);
        Assert.Equal(raw[3072 + 1024 + (32 * 4) + 6] / 255f, image[1, 4, 6].item<float>(), 1e-6);
    }

    [Fact]
    public void Tiny_imagenet_names_classes_and_reads_the_validation_list()
    {
        var set = Open("tiny-imagenet");

        Assert.Equal(["goldfish", "Egyptian cat"], set.Classes);
        Assert.Equal([0, 1], set.Items.Select(item => item.Label));
        Assert.Equal(DataSplit.Validation, set.Items[1].Split);
    }

    [Fact]
    public void Matlab_structures_and_cells_name_cars()
    {
        var set = Open("stanford-cars");

        Assert.Equal("AM General Hummer SUV 2000", set.Classes[0]);
        Assert.Equal([("cars_train/00001.jpg", 1, DataSplit.Train), ("cars_test/00001.jpg", 0, DataSplit.Test)], set.Items.Select(item => (item.Key, item.Label, item.Split)));
    }

    [Fact]
    public void Hdf5_images_are_read_one_by_one()
    {
        var set = Open("pcam");
        var raw = SampleSets.Noise(2 * 96 * 96 * 3, 5);

        using var image = set.ReadImage(3);

        Assert.Equal([0, 1, 0, 1, 0, 1], set.Items.Select(item => item.Label));
        Assert.Equal(raw[(96 * 96 * 3) + (((96 * 10) + 20) * 3) + 2] / 255f, image[2, 10, 20].item<float>(), 1e-6);
    }

    [Fact]
    public void A_variable_names_the_folder()
    {
        SampleSets.All["palm"].Write(_folder);
        Environment.SetEnvironmentVariable("ROBUSTVLM_PALM", _folder);
        try
        {
            Assert.True(DataSetRegistry.IsAvailable("PALM"));
            Assert.Equal(3, DataSetRegistry.Open("palm").Count);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ROBUSTVLM_PALM", null);
        }

        Assert.Contains("ROBUSTVLM_PALM", Assert.Throws<DirectoryNotFoundException>(() => DataSetRegistry.Open("palm")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WET READ: ___ ___ 8:49 PM\n no change\n______\n FINAL REPORT\n INDICATION: Cough.\n\n Findings: Lungs are clear.\n Heart is normal.\n\n IMPRESSION:  1. Normal.\n", "Lungs are clear. Heart is normal.", "1. Normal.")]
    [InlineData("FINDINGS AND IMPRESSION: Stable.", "Stable.", "")]
    [InlineData("INDICATION:  Fever.\n\n AP view.  There is\n edema.\n", "AP view. There is edema.", "")]
    [InlineData("IMPRESSION:\n\nNo change.\n\nADDENDUM: Discussed.\nIMPRESSION: Also clear.\n", "", "No change. Also clear.")]
    [InlineData("CONCLUSION:\nNo pneumonia: none.\n", "", "No pneumonia: none.")]
    [InlineData("", "", "")]
    public void Reports_are_taken_apart(string report, string findings, string impression)
    {
        var sections = ReportSections.Parse(report);

        Assert.Equal((findings, impression), (sections.Findings, sections.Impression));
        Assert.Equal(findings.Length + impression.Length == 0, sections.IsEmpty);
    }

    [SkippableFact]
    public void Every_real_set_loads()
    {
        var root = Environment.GetEnvironmentVariable("ROBUSTVLM_REALDATA");
        Skip.If(root is null, "ROBUSTVLM_REALDATA names no folder.");
        var folders = Directory.GetDirectories(root!).Where(folder => Directory.Exists(Path.Combine(folder, "images"))).ToArray();   // not null: skipped above

        Assert.True(folders.Length >= 15);
        Assert.All(folders, folder =>
        {
            var set = DataSetRegistry.Open("image-table", folder);
            using var batch = new ImageLoader(set, options: new ImageLoaderOptions { Transform = new ImageTransform { Size = 32, Interpolation = ImageInterpolation.Bilinear } }).ReadAll();
            Assert.Equal(set.Count, batch.Count);
            Assert.InRange(batch.Images.mean().ToDouble(), 0.01, 0.99);
            foreach (var i in Enumerable.Range(0, set.Count).Where(i => set.Items[i].HasMask).Take(5))
            {
                using var mask = set.ReadMask(i);
                Assert.InRange(mask.mean().ToDouble(), 0, 1);
            }
        });
    }

    private IImageSet Open(string name, ImageSetOptions? options = null)
    {
        SampleSets.All[name].Write(_folder);
        return DataSetRegistry.Open(name, _folder, options);
    }
}
