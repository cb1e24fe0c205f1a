using RobustVlm.Models;
using static TorchSharp.torch;

namespace RobustVlm.Experiments.Tours;

/// <summary>A preset of the model zoo.</summary>
/// <param name="Model">The class.</param>
/// <param name="Name">The preset.</param>
/// <param name="Names">Whose parameter names it has.</param>
/// <param name="Large">Whether it has more than 60 million weights.</param>
/// <param name="Create">Makes it with random weights.</param>
internal sealed record ModelPreset(string Model, string Name, string Names, bool Large, Func<Generator, nn.Module> Create)
{
    private const string OpenAI = "OpenAI, Hugging Face";
    private const string Timm = "timm";
    private const string HuggingFace = "Hugging Face";
    private const string Torchvision = "torchvision";

    internal static IReadOnlyList<ModelPreset> All { get; } =
    [
        new(nameof(Clip), "Mini", OpenAI, false, random => new Clip(ClipOptions.Mini, random)),
        new(nameof(Clip), "ViT-B/32", OpenAI, true, random => new Clip(ClipOptions.ViTB32, random)),
        new(nameof(Clip), "ViT-B/16", OpenAI, true, random => new Clip(ClipOptions.ViTB16, random)),
        new(nameof(Clip), "ViT-L/14", OpenAI, true, random => new Clip(ClipOptions.ViTL14, random)),
        new(nameof(Clip), "RN50", "OpenAI", true, random => new Clip(ClipOptions.RN50, random)),
        new(nameof(VisionTransformer), "Mini", Timm, false, VisionTransformerOptions.Mini.Create),
        new(nameof(VisionTransformer), "ViT-Ti/16", Timm, false, VisionTransformerOptions.ViTTi16.Create),
        new(nameof(VisionTransformer), "ViT-S/16", Timm, false, VisionTransformerOptions.ViTS16.Create),
        new(nameof(VisionTransformer), "ViT-B/16", Timm, true, VisionTransformerOptions.ViTB16.Create),
        new(nameof(Bert), "Mini", HuggingFace, false, BertOptions.Mini.Create),
        new(nameof(Bert), "BERT-Base", HuggingFace, true, BertOptions.Base.Create),
        new(nameof(ResNet), "Mini", Torchvision, false, ResNetOptions.Mini.Create),
        new(nameof(ResNet), "ResNet-18", Torchvision, false, ResNetOptions.ResNet18.Create),
        new(nameof(ResNet), "ResNet-50", Torchvision, false, ResNetOptions.ResNet50.Create),
        new(nameof(CifarResNet), "ResNet-20", "akamaster/pytorch_resnet_cifar10", false, CifarResNetOptions.ResNet20.Create),
        new(nameof(MnistConvNet), "Robust", "locuslab/convex_adversarial", false, MnistConvNetOptions.Robust.Create),
        new(nameof(UNet), "Mini", "ours", false, UNetOptions.Mini.Create),
        new(nameof(Autoencoder), "Mini", "ours", false, AutoencoderOptions.Mini.Create),
    ];
}
