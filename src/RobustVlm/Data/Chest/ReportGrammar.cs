namespace RobustVlm.Data.Chest;

/// <summary>The words of the reports: synonyms, degrees, places and side remarks.</summary>
internal static class ReportGrammar
{
    /// <summary>Synonyms of each finding, in the order of the class indices.</summary>
    internal static readonly string[][] Names =
    [
        ["normal chest", "clear lungs", "normal heart and lungs", "no acute abnormality"],
        ["cardiomegaly", "enlarged heart", "cardiac enlargement"],
        ["pleural effusion", "pleural fluid"],
        ["consolidation", "airspace opacity", "pneumonia"],
        ["pneumothorax", "pleural air"],
        ["pulmonary nodule", "lung nodule", "nodule"],
        ["pulmonary edema", "interstitial edema", "vascular congestion"],
    ];

    /// <summary>Closing words of a normal report.</summary>
    internal static readonly string[] NormalImpressions = ["no acute abnormality", "normal chest", "no acute finding"];

    /// <summary>Side remarks on each finding, in the order of the class indices; {0} is the side.</summary>
    internal static readonly string[][] Remarks =
    [
        ["the heart size is normal", "the lungs are clear"],
        ["the cardiac silhouette is enlarged", "the heart is wide"],
        ["the {0} costophrenic angle is blunted", "fluid at the {0} base"],
        ["air bronchograms are seen", "hazy opacity on the {0}"],
        ["the {0} lung is partly collapsed", "a pleural line is seen on the {0}"],
        ["a round opacity is seen on the {0}", "follow up is advised"],
        ["perihilar haze on both sides", "vessels are prominent"],
    ];

    /// <summary>Words for what was done, in the order of <see cref="RadiographSite"/>.</summary>
    internal static readonly string[][] Views =
    [
        ["PA chest radiograph", "upright chest radiograph", "frontal chest radiograph"],
        ["portable chest radiograph", "AP chest radiograph", "supine chest radiograph"],
    ];

    /// <summary>Words before something that is absent.</summary>
    internal static readonly string[] Negations = ["no", "no evidence of", "without"];

    /// <summary>Words for the sides, in the order of <see cref="BodySide"/>.</summary>
    internal static readonly string[] Sides = ["right", "left"];

    /// <summary>Words for the zones, in the order of <see cref="LungZone"/>.</summary>
    internal static readonly string[][] Zones = [["upper", "apical"], ["mid", "middle"], ["lower", "basal"]];

    /// <summary>What a zone is a zone of.</summary>
    internal static readonly string[] Regions = ["zone", "lung"];

    private static readonly string[][] s_amounts = [["small", "trace"], ["moderate"], ["large"]];
    private static readonly string[][] s_densities = [["faint", "subtle"], ["patchy", "moderate"], ["dense", "extensive"]];
    private static readonly string[][] s_sizes = [["small"], ["medium"], ["large"]];
    private static readonly string[][] s_degrees = [["mild"], ["moderate"], ["severe", "marked"]];

    private static readonly string[] s_joints =
        ["chest radiograph", "showing", "with", "in the", "or", "impression", "there is", "an image of", "of", "and", "on", "the", "a", "both", "patient"];

    /// <summary>Words for how marked a finding is, in the order of <see cref="Severity"/>.</summary>
    internal static string[][] Degrees(Finding finding) => finding switch
    {
        Finding.PleuralEffusion or Finding.Pneumothorax => s_amounts,
        Finding.Consolidation => s_densities,
        Finding.Nodule => s_sizes,
        _ => s_degrees,
    };

    /// <summary>A finding with all that is known about it.</summary>
    internal static string Describe(Finding finding, string name, string degree, string side, string zone) => finding switch
    {
        Finding.Normal => name,
        _ when finding.HasZone() => $"{degree} {name} in the {side} {zone}",
        _ when finding.HasSide() => $"{degree} {side} {name}",
        _ => $"{degree} {name}",
    };

    /// <summary>Joins parts, each as a sentence.</summary>
    internal static string Sentences(params IEnumerable<string> parts) =>
        string.Join(' ', parts.Select(part => $"{char.ToUpperInvariant(part[0])}{part[1..]}."));

    /// <summary>Every phrase that can occur in a report.</summary>
    internal static IEnumerable<string> Phrases() =>
    [
        .. Names.SelectMany(names => names), .. NormalImpressions, .. Remarks.SelectMany(remarks => remarks).Select(remark => remark.Replace("{0}", "right", StringComparison.Ordinal)),
        .. Views.SelectMany(views => views), .. Negations, .. Sides, .. Zones.SelectMany(zones => zones), .. Regions,
        .. Findings.All.SelectMany(Degrees).SelectMany(words => words), .. s_joints,
    ];
}
