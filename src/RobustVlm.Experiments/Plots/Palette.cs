using System.Text;

namespace RobustVlm.Experiments.Plots;

/// <summary>Colours that mean the same in every figure and stay apart for colour-blind readers.</summary>
/// <remarks>
/// The colours come from the sets of Okabe and Ito and of Tol. A known attack or method always has the same one, with
/// or without a step count (<c>PGD-10</c> is PGD); any other name gets one that depends on the name alone.
/// </remarks>
public static class Palette
{
    private static readonly string[] s_colors =
    [
        "#6E6E6E", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
        "#56B4E9", "#332288", "#882255", "#999933", "#117733", "#AA4499",
    ];

    // Attacks among themselves and methods among themselves never share a colour.
    private static readonly Dictionary<string, int> s_attacks = new(StringComparer.Ordinal)
    {
        ["clean"] = 0,
        ["cw"] = 1,
        ["pgd"] = 2,
        ["sga"] = 3,
        ["coattack"] = 4,
        ["fgsm"] = 5,
        ["square"] = 6,
        ["autoattack"] = 7,
        ["apgd"] = 8,
        ["fab"] = 9,
        ["bertattack"] = 10,
        ["noise"] = 11,
    };

    private static readonly Dictionary<string, int> s_methods = new(StringComparer.Ordinal)
    {
        ["zeroshot"] = 0,
        ["melo"] = 1,
        ["ran"] = 2,
        ["tecoa"] = 3,
        ["fare"] = 4,
        ["adaptor"] = 5,
        ["lora"] = 6,
        ["pmgaft"] = 7,          // beside TeCoA's green wherever the two are compared
        ["trades"] = 8,
        ["linearprobe"] = 9,
        ["nullspace"] = 10,
        ["finetuning"] = 11,
    };

    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.Ordinal)
    {
        ["carliniwagner"] = "cw",
        ["autopgd"] = "apgd",
        ["randomnoise"] = "noise",
        ["uniformnoise"] = "noise",
        ["baseline"] = "zeroshot",
        ["standard"] = "zeroshot",
        ["clip"] = "zeroshot",
        ["nullspacetuning"] = "nullspace",
        ["finetune"] = "finetuning",
        ["fullfinetuning"] = "finetuning",
        ["fft"] = "finetuning",
        ["melorank4"] = "melo",          // the paper's rank
        ["deephead"] = "adaptor",        // what MeLo's code calls an adapter
        ["fromscratch"] = "zeroshot",
        ["ftclean"] = "lora",            // these never meet the methods whose colour they borrow
        ["ftadv"] = "adaptor",
        ["pmgaftrepository"] = "melo",
        ["cegeneral"] = "ran",
        ["ceclean"] = "linearprobe",
        ["tecoapadprompt"] = "nullspace",
        ["tecoatokenprompt"] = "finetuning",
        ["mlpce"] = "melo",
        ["ranattackedview"] = "adaptor",
        ["losst100"] = "cw",             // membership attacks, which never meet the attacks on images
        ["secmi"] = "pgd",
        ["pia"] = "fgsm",
        ["pian"] = "square",
        ["simat50"] = "sga",
        ["pfami"] = "fab",
        ["rediffuse"] = "coattack",
        ["lastimage"] = "autoattack",
        ["ganleaks"] = "apgd",
        ["previewsofvariations"] = "clean",
        ["stepsofvariations"] = "bertattack",
        ["members"] = "pgd",
        ["others"] = "cw",
        ["none"] = "zeroshot",           // notebook 04 compares noises and ways to train with them
        ["control"] = "melo",
        ["nullspacenoise"] = "nullspace",
        ["learned"] = "nullspace",
        ["madry"] = "ran",
        ["permutednoise"] = "adaptor",
        ["permuted"] = "adaptor",
        ["noearlystop"] = "lora",
        ["permutedintokens"] = "linearprobe",
        ["random"] = "noise",
        ["noadaptor"] = "zeroshot",
        ["endtoend"] = "melo",
        ["randomencoder"] = "fare",
        ["randomadaptor"] = "linearprobe",
        ["adaptorshuffledpairs"] = "trades",
        ["adaptorattentionacrossthebatch"] = "tecoa",
    };

    /// <summary>Names of the attacks that have a fixed colour.</summary>
    public static IReadOnlyCollection<string> KnownAttacks => s_attacks.Keys;

    /// <summary>Names of the methods that have a fixed colour.</summary>
    public static IReadOnlyCollection<string> KnownMethods => s_methods.Keys;

    /// <summary>How many colours there are.</summary>
    public static int Count => s_colors.Length;

    /// <summary>Colour of a right answer.</summary>
    public static string Right => "#009E73";

    /// <summary>Colour of a wrong answer.</summary>
    public static string Wrong => "#D55E00";

    /// <summary>The colour of one name, as <c>#RRGGBB</c>.</summary>
    /// <param name="name">Name of a method, an attack, or anything else.</param>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_colors[KnownIndex(name) ?? FallbackIndex(name)];
    }

    /// <summary>Colours for the series of one chart: each its own, and all different while there are at most <see cref="Count"/>.</summary>
    /// <remarks>A known name keeps its colour; of two names with the same colour the later one moves on to a free one.</remarks>
    /// <param name="names">The series' names, in order.</param>
    public static IReadOnlyList<string> Assign(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var chosen = new int?[names.Count];
        var taken = new HashSet<int>();
        for (var i = 0; i < names.Count; i++)
        {
            if (KnownIndex(names[i]) is { } index && taken.Add(index))
            {
                chosen[i] = index;
            }
        }

        return [.. names.Select((name, i) => s_colors[chosen[i] ?? NextFree(KnownIndex(name) ?? FallbackIndex(name), taken)])];
    }

    private static int NextFree(int start, HashSet<int> taken)
    {
        for (var step = 0; step < s_colors.Length; step++)
        {
            var index = (start + step) % s_colors.Length;
            if (taken.Add(index))
            {
                return index;
            }
        }

        return start;
    }

    private static int? KnownIndex(string name)
    {
        // "PGD-10" and "CW-L2" are looked up whole first, then without what follows the last hyphen.
        var whole = Normalize(name);
        var hyphen = name.LastIndexOf('-');
        return Lookup(whole) ?? (hyphen > 0 ? Lookup(Normalize(name[..hyphen])) : null);
    }

    private static int? Lookup(string key)
    {
        var known = s_aliases.GetValueOrDefault(key, key);
        return s_attacks.TryGetValue(known, out var attack) ? attack
            : s_methods.TryGetValue(known, out var method) ? method
            : null;
    }

    private static string Normalize(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // FNV-1a, because string.GetHashCode differs from one process to the next.
    private static int FallbackIndex(string name)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 16777619u;
        }

        return 1 + (int)(hash % (uint)(s_colors.Length - 1));
    }
}
