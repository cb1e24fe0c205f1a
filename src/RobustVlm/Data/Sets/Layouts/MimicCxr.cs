namespace RobustVlm.Data.Sets.Layouts;

/// <summary>MIMIC-CXR-JPG 2.0.0 with the reports of MIMIC-CXR (Johnson et al., 2019, arXiv:1901.07042).</summary>
internal static class MimicCxr
{
    internal static ImageSet Open(SetFolder folder, ImageSetOptions options)
    {
        var split = folder.Table("mimic-cxr-2.0.0-split.csv", "dicom_id", "study_id", "subject_id", "split");
        var metadata = folder.Has("mimic-cxr-2.0.0-metadata.csv") || folder.Has("mimic-cxr-2.0.0-metadata.csv.gz") || options.FrontalOnly
            ? folder.Table("mimic-cxr-2.0.0-metadata.csv", "dicom_id", "ViewPosition")
            : null;
        var views = metadata is null ? [] : Enumerable.Range(0, metadata.Count).DistinctBy(row => metadata[row, "dicom_id"]).ToDictionary(row => metadata[row, "dicom_id"], row => metadata[row, "ViewPosition"]);
        var findings = Labels(folder);
        var items = new List<ImageItem>();
        var reports = new List<string>();
        for (var row = 0; row < split.Count; row++)
        {
            var (image, study, subject) = (split[row, "dicom_id"], split[row, "study_id"], split[row, "subject_id"]);
            if (options.FrontalOnly && views.GetValueOrDefault(image) is not ("PA" or "AP"))
            {
                continue;
            }

            if (subject.Length < 3 || study.Length == 0)
            {
                throw split.Wrong(row, $"'{subject}' and '{study}' are no subject and study");
            }

            var report = $"files/p{subject[..2]}/p{subject}/s{study}";
            items.Add(new ImageItem($"{report}/{image}.jpg")
            {
                Patient = subject,
                Findings = findings.GetValueOrDefault(study) ?? s_nothing,
                Split = split[row, "split"] switch
                {
                    "train" => DataSplit.Train,
                    "validate" => DataSplit.Validation,
                    "test" => DataSplit.Test,
                    var other => throw split.Wrong(row, $"'{other}' is not train, validate or test"),
                },
            });
            reports.Add(folder.At(report + ".txt"));
        }

        if (options.ReportsOnly)
        {
            var kept = Enumerable.Range(0, items.Count).Where(i => File.Exists(reports[i]) && !ReportSections.Parse(File.ReadAllText(reports[i])).IsEmpty).ToArray();
            (items, reports) = ([.. kept.Select(i => items[i])], [.. kept.Select(i => reports[i])]);
        }

        var withoutReports = !options.ReportsOnly && reports.Count > 0 && !File.Exists(reports[0]);
        var set = folder.Files(Chexpert.Findings, items, texts: i => File.Exists(reports[i])
            ? File.ReadAllText(reports[i])
            : throw new FileNotFoundException($"The report {reports[i]} does not exist; unpack mimic-cxr-reports.zip into {folder.Path}.", reports[i]));
        return withoutReports ? set.WithNote("The reports are not there; unpack mimic-cxr-reports.zip beside the tables to read them.") : set;
    }

    private static readonly float[] s_nothing = [.. Enumerable.Repeat(ImageItem.Unknown, Chexpert.Findings.Length)];

    private static Dictionary<string, float[]> Labels(SetFolder folder)
    {
        const string name = "mimic-cxr-2.0.0-chexpert.csv";
        if (!folder.Has(name) && !folder.Has(name + ".gz"))
        {
            return [];
        }

        var table = folder.Table(name, ["subject_id", "study_id", .. Chexpert.Findings]);
        var labels = new Dictionary<string, float[]>(table.Count);
        for (var row = 0; row < table.Count; row++)
        {
            labels[table[row, "study_id"]] = Chexpert.Values(table, row);
        }

        return labels;
    }
}
