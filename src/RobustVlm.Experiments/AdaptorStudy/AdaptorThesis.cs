using RobustVlm.Experiments.Results;

namespace RobustVlm.Experiments.AdaptorStudy;

/// <summary>Numbers of others: those printed in the authors' notebook (holajoa/Adaptor-VL-SSL), and those that the baselines' own papers give.</summary>
internal static class AdaptorThesis
{
    private const string Source = "Printed in the authors' notebook (thesis results). The paper's own tables were not at hand.";

    /// <summary>AUROC on RSNA and accuracy on COVIDx at 1, 10 and 100 % of the labels.</summary>
    internal static ResultTable Classification => ResultTable.From(new Row[]
    {
        new("random weights", "25.6 M", "58.9, 69.4, 74.1", "50.5, 60.3, 70.0"),
        new("ImageNet", "25.6 M", "74.9, 74.5, 76.3", "64.8, 78.8, 86.3"),
        new("ConVIRT", "138.05 M", "77.4, 80.1, 81.3", "72.5, 82.5, 92.0"),
        new("GLoRIA-MIMIC", "134.18 M", "87.0, 89.4, 90.2", "66.5, 80.5, 88.8"),
        new("MGCA ResNet-50", "113.59 M", "88.6, 89.1, 89.9", "72.0, 83.5, 90.5"),
        new("MGCA ViT-B/16", "172.73 M", "89.1, 89.9, 90.8", "74.8, 84.8, 92.3"),
        new("Adaptor, best text encoder per column", "12.21 M", "84.4, 85.6, 86.8", "71.0, 87.5, 92.3"),
        new("Adaptor on DINOv2-B, mean of five text encoders", "12.21 M", "82.9, 85.3, 86.6", "67.8, 85.7, 92.0"),
        new("Adaptor on DINOv2-S, mean of five", "11.91 M", "81.4, 84.8, 86.1", "68.6, 84.1, 90.4"),
        new("Adaptor on the ResNet autoencoder, mean of five", "12.01 M", "76.7, 79.1, 81.2", "56.5, 72.8, 78.8"),
    })
    .Rename("Weights", "Trained weights").Rename("Rsna", "RSNA AUROC (%) at 1, 10, 100 %").Rename("Covidx", "COVIDx accuracy (%) at 1, 10, 100 %")
    .WithCaption("Full size, real radiographs: not our runs")
    .WithFootnotes(
        Source,
        "\"Best per column\" is the largest of five text encoders on the test set, one seed each; the three rows below it are our means of the same cells.",
        "The other methods' numbers are copied from MGCA's table: another head, another batch size. COVIDx has 400 test images: 2 to 5 points either way are chance.");

    /// <summary>Dice at 1 and 100 % of the masks.</summary>
    internal static ResultTable Segmentation => ResultTable.From(new MaskRow[]
    {
        new("Adaptor on the ResNet autoencoder", "73.1", "73.1", "76.5", "75.5 to 76.4"),
        new("Adaptor on DINOv2-S", "41.9 to 60.8", "71.9 to 73.7", "50.1 to 68.5", "77.5 to 78.1"),
        new("Adaptor on DINOv2-B", "44.0 to 72.6", "72.9 to 73.6", "52.0 to 62.4", "76.7 to 77.2"),
        new("MGCA, frozen", "49.7", "64.2", "63.0", "69.8"),
        new("MedKLIP, frozen", "50.2", "63.9", "66.2", "71.9"),
        new("predicting nothing", "about 73", "about 73", "about 77", "about 77"),
    })
    .Rename("SiimOne", "SIIM, 1 %").Rename("SiimAll", "SIIM, 100 %").Rename("RsnaOne", "RSNA, 1 %").Rename("RsnaAll", "RSNA, 100 %")
    .WithCaption("Official Dice (%), full size, real radiographs: not our runs")
    .WithFootnotes(
        Source + " Ranges are over five text encoders.",
        "Other methods: G2D's table of the same protocol. Predicting nothing: the share of test images without a mask, from memory and from counts of the sets; it is in none of the tables.");

    private sealed record Row(string Method, string Weights, string Rsna, string Covidx);

    private sealed record MaskRow(string Method, string SiimOne, string SiimAll, string RsnaOne, string RsnaAll);
}
