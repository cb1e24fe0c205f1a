namespace RobustVlm.Evaluation;

/// <summary>The numbers behind <see cref="CorruptionBaseline.AlexNetOnMedMnistC"/>, to six digits.</summary>
internal static class MedMnistBaselines
{
    internal static Dictionary<string, CorruptionBaseline> All() => new()
    {
        ["bloodmnist"] = Of("bloodmnist", 0.018369, new()
        {
            ["pixelate"] = 0.059756,
            ["jpeg_compression"] = 0.139762,
            ["defocus_blur"] = 0.223998,
            ["motion_blur"] = 0.184519,
            ["brightness_up"] = 0.069463,
            ["brightness_down"] = 0.079008,
            ["contrast_up"] = 0.052154,
            ["contrast_down"] = 0.079661,
            ["saturate"] = 0.034786,
            ["stain_deposit"] = 0.185361,
            ["bubble"] = 0.128988,
        }),
        ["breastmnist"] = Of("breastmnist", 0.145363, new()
        {
            ["pixelate"] = 0.461278,
            ["jpeg_compression"] = 0.298622,
            ["speckle_noise"] = 0.387093,
            ["motion_blur"] = 0.259023,
            ["brightness_up"] = 0.319799,
            ["brightness_down"] = 0.211278,
            ["contrast_down"] = 0.158647,
        }),
        ["chestmnist"] = Of("chestmnist", 0.283906, new()
        {
            ["pixelate"] = 0.448951,
            ["jpeg_compression"] = 0.345757,
            ["gaussian_noise"] = 0.476883,
            ["speckle_noise"] = 0.456879,
            ["impulse_noise"] = 0.485536,
            ["shot_noise"] = 0.492697,
            ["gaussian_blur"] = 0.317680,
            ["brightness_up"] = 0.299372,
            ["brightness_down"] = 0.297115,
            ["contrast_up"] = 0.287510,
            ["contrast_down"] = 0.295474,
            ["gamma_corr_up"] = 0.287462,
            ["gamma_corr_down"] = 0.289164,
        }),
        ["dermamnist"] = Of("dermamnist", 0.398578, new()
        {
            ["pixelate"] = 0.510512,
            ["jpeg_compression"] = 0.477163,
            ["gaussian_noise"] = 0.770161,
            ["speckle_noise"] = 0.768878,
            ["impulse_noise"] = 0.799555,
            ["shot_noise"] = 0.839155,
            ["defocus_blur"] = 0.700832,
            ["motion_blur"] = 0.626641,
            ["zoom_blur"] = 0.527767,
            ["brightness_up"] = 0.447399,
            ["brightness_down"] = 0.577297,
            ["contrast_up"] = 0.430415,
            ["contrast_down"] = 0.539821,
            ["black_corner"] = 0.759146,
            ["characters"] = 0.446192,
        }),
        ["octmnist"] = Of("octmnist", 0.202000, new()
        {
            ["pixelate"] = 0.312400,
            ["jpeg_compression"] = 0.296400,
            ["speckle_noise"] = 0.386000,
            ["defocus_blur"] = 0.308400,
            ["motion_blur"] = 0.489200,
            ["contrast_down"] = 0.419600,
        }),
        ["organamnist"] = Of("organamnist", 0.050054, new()
        {
            ["pixelate"] = 0.075897,
            ["jpeg_compression"] = 0.102332,
            ["gaussian_noise"] = 0.558868,
            ["speckle_noise"] = 0.500898,
            ["impulse_noise"] = 0.600512,
            ["shot_noise"] = 0.570455,
            ["gaussian_blur"] = 0.233407,
            ["brightness_up"] = 0.147635,
            ["brightness_down"] = 0.264645,
            ["contrast_up"] = 0.109779,
            ["contrast_down"] = 0.126842,
            ["gamma_corr_up"] = 0.103600,
            ["gamma_corr_down"] = 0.105771,
        }),
        ["organcmnist"] = Of("organcmnist", 0.075968, new()
        {
            ["pixelate"] = 0.121613,
            ["jpeg_compression"] = 0.107545,
            ["gaussian_noise"] = 0.573654,
            ["speckle_noise"] = 0.513096,
            ["impulse_noise"] = 0.599778,
            ["shot_noise"] = 0.549248,
            ["gaussian_blur"] = 0.316896,
            ["brightness_up"] = 0.160118,
            ["brightness_down"] = 0.232427,
            ["contrast_up"] = 0.099918,
            ["contrast_down"] = 0.153274,
            ["gamma_corr_up"] = 0.142642,
            ["gamma_corr_down"] = 0.123909,
        }),
        ["organsmnist"] = Of("organsmnist", 0.243005, new()
        {
            ["pixelate"] = 0.312594,
            ["jpeg_compression"] = 0.269970,
            ["gaussian_noise"] = 0.588912,
            ["speckle_noise"] = 0.545010,
            ["impulse_noise"] = 0.601011,
            ["shot_noise"] = 0.551913,
            ["gaussian_blur"] = 0.446665,
            ["brightness_up"] = 0.359850,
            ["brightness_down"] = 0.359287,
            ["contrast_up"] = 0.287170,
            ["contrast_down"] = 0.312824,
            ["gamma_corr_up"] = 0.302532,
            ["gamma_corr_down"] = 0.311602,
        }),
        ["pathmnist"] = Of("pathmnist", 0.088393, new()
        {
            ["pixelate"] = 0.209342,
            ["jpeg_compression"] = 0.247093,
            ["defocus_blur"] = 0.462126,
            ["motion_blur"] = 0.368908,
            ["brightness_up"] = 0.415516,
            ["brightness_down"] = 0.281169,
            ["contrast_up"] = 0.233893,
            ["contrast_down"] = 0.137187,
            ["saturate"] = 0.334114,
            ["stain_deposit"] = 0.249308,
            ["bubble"] = 0.108183,
        }),
        ["pneumoniamnist"] = Of("pneumoniamnist", 0.100855, new()
        {
            ["pixelate"] = 0.221026,
            ["jpeg_compression"] = 0.279829,
            ["gaussian_noise"] = 0.441453,
            ["speckle_noise"] = 0.345726,
            ["impulse_noise"] = 0.458120,
            ["shot_noise"] = 0.410684,
            ["gaussian_blur"] = 0.273077,
            ["brightness_up"] = 0.146496,
            ["brightness_down"] = 0.278205,
            ["contrast_up"] = 0.095299,
            ["contrast_down"] = 0.237436,
            ["gamma_corr_up"] = 0.096068,
            ["gamma_corr_down"] = 0.166410,
        }),
        ["retinamnist"] = Of("retinamnist", 0.558206, new()
        {
            ["pixelate"] = 0.601700,
            ["jpeg_compression"] = 0.679522,
            ["gaussian_noise"] = 0.704083,
            ["speckle_noise"] = 0.613526,
            ["defocus_blur"] = 0.688291,
            ["motion_blur"] = 0.707576,
            ["brightness_down"] = 0.584479,
            ["contrast_down"] = 0.609288,
        }),
        ["tissuemnist"] = Of("tissuemnist", 0.391779, new()
        {
            ["pixelate"] = 0.492729,
            ["jpeg_compression"] = 0.508070,
            ["impulse_noise"] = 0.797087,
            ["gaussian_blur"] = 0.480514,
            ["brightness_up"] = 0.461827,
            ["brightness_down"] = 0.519819,
            ["contrast_up"] = 0.502623,
            ["contrast_down"] = 0.536934,
        }),
    };

    private static CorruptionBaseline Of(string set, double clean, Dictionary<string, double> errors) =>
        new($"AlexNet on MedMNIST-C {set}", $"MedMNIST-C {set}", clean, errors, IsBalanced: true)
        {
            OtherMetric = set switch
            {
                "breastmnist" or "pneumoniamnist" => "balanced error at a threshold tuned on the scores",
                "chestmnist" => "balanced error averaged over fourteen labels",
                _ => null,
            },
        };
}
