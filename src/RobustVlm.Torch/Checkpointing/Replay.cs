using RobustVlm.Torch.Interop;
using TorchSharp;

namespace RobustVlm.Torch;

/// <summary>What it takes to run a segment a second time as it ran first: its random numbers and its number format.</summary>
internal sealed unsafe class Replay
{
    private readonly Func<IReadOnlyList<torch.Tensor>, IReadOnlyList<torch.Tensor>> _segment;
    private readonly torch.Generator[] _streams;
    private readonly (DeviceType Device, bool Enabled, torch.ScalarType Type)[] _autocast;

    internal Replay(Func<IReadOnlyList<torch.Tensor>, IReadOnlyList<torch.Tensor>> segment, IReadOnlyList<torch.Tensor> inputs, IReadOnlyList<torch.Generator> generators)
    {
        _segment = segment;
        InputCount = inputs.Count;
        var devices = inputs.Select(input => input.device).Where(device => device.type == DeviceType.CUDA).Distinct().ToArray();
        _streams = [torch.Generator.Default, .. devices.Select(torch.Generator.DefaultOn), .. generators];
        _autocast = devices.Length == 0 ? [Autocast(DeviceType.CPU)] : [Autocast(DeviceType.CPU), Autocast(DeviceType.CUDA)];
    }

    internal int InputCount { get; }

    /// <summary>Outputs of the first run, without their graph; taken once.</summary>
    internal List<torch.Tensor> Outputs { get; set; } = [];

    /// <summary>Which outputs depend on nothing that needs a gradient.</summary>
    internal bool[] Fixed { get; set; } = [];

    /// <summary>Inputs, leaves and states of the generators; taken once.</summary>
    internal List<torch.Tensor> ToSave { get; set; } = [];

    /// <summary>Splits what was saved.</summary>
    internal (List<torch.Tensor> Inputs, List<torch.Tensor> Leaves, List<torch.Tensor> States) Split(List<torch.Tensor> saved) =>
        (saved[..InputCount], saved[InputCount..^_streams.Length], saved[^_streams.Length..]);

    internal torch.Tensor[] States() => [.. _streams.Select(stream => stream.get_state())];

    /// <summary>Runs the segment with random numbers from these states; afterwards the generators go on from where they were.</summary>
    internal IReadOnlyList<torch.Tensor> Run(IReadOnlyList<torch.Tensor> inputs, IReadOnlyList<torch.Tensor> states)
    {
        var now = States();
        var regions = new List<IDisposable>();
        try
        {
            regions.AddRange(_autocast.Select(state => Runtime.Autocast(state.Enabled, state.Type, state.Device)));
            regions.Add(new AutocastCacheOff());
            Restore(states);
            return _segment(inputs);
        }
        finally
        {
            Restore(now);
            regions.Reverse();
            regions.ForEach(region => region.Dispose());
        }
    }

    private static (DeviceType Device, bool Enabled, torch.ScalarType Type) Autocast(DeviceType device)
    {
        int enabled;
        int type;
        NativeError.Check(NativeMethods.rvt_autocast((int)device, &enabled, &type));
        return (device, enabled != 0, (torch.ScalarType)type);
    }

    private void Restore(IReadOnlyList<torch.Tensor> states)
    {
        for (var i = 0; i < _streams.Length; i++)
        {
            _streams[i].set_state(states[i]);
        }
    }
}
