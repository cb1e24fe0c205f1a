namespace TorchSharp.Modules;

/// <content>Saving and loading, in TorchSharp's layout.</content>
public abstract partial class OptimizerHelper
{
    /// <summary>Options and state. The entries are the live ones; save or copy them before the next step.</summary>
    public virtual StateDictionary state_dict()
    {
        var dictionary = new StateDictionary();
        foreach (var group in _groups)
        {
            dictionary.StateIndexRef.Add([.. Enumerable.Range(dictionary.State.Count, group.States.Length)]);
            dictionary.State.AddRange(group.States);
            dictionary.Options.Add(OptionsOf(group));
        }

        return dictionary;
    }

    /// <summary>Copies options and state of an optimizer of the same kind. Nothing is changed unless everything fits.</summary>
    /// <param name="state_dict">What the other optimizer's <see cref="state_dict"/> returned.</param>
    /// <exception cref="ArgumentException">It was another kind of optimizer, or had other groups or parameters.</exception>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        var own = this.state_dict();
        if (state_dict.Options.Count != own.Options.Count || state_dict.State.Count != own.State.Count)
        {
            throw new ArgumentException(
                Mismatch(state_dict.Options.Count, state_dict.State.Count), nameof(state_dict));
        }

        foreach (var (mine, given) in own.State.Zip(state_dict.State))
        {
            mine.CheckFits(given);
        }

        using var whole = RobustVlm.Torch.Runtime.DeferInterrupts();
        foreach (var (mine, given) in own.Options.Zip(state_dict.Options))
        {
            mine.LoadStateDict(given);
        }

        foreach (var (mine, given) in own.State.Zip(state_dict.State))
        {
            if (!ReferenceEquals(mine, given))
            {
                mine.LoadStateDict(given);
            }
        }
    }

    /// <summary>Saves options and state. The file is complete or not there: it is written under another name first.</summary>
    /// <param name="location">The file.</param>
    public void save_state_dict(string location) => TensorFormat.WriteFile(location, save_state_dict);

    /// <summary>Saves options and state.</summary>
    /// <param name="writer">Where to.</param>
    public void save_state_dict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var state = state_dict();
        writer.Write(GetType().Name);
        TensorFormat.WriteNumber(writer, state.Options.Count);
        TensorFormat.WriteNumber(writer, state.State.Count);
        state.Options.ForEach(options => options.SaveStateDict(writer));
        state.State.ForEach(entry => entry.SaveStateDict(writer));
    }

    /// <summary>Loads options and state; training goes on exactly as it would have. Nothing is changed unless everything fits.</summary>
    /// <param name="location">A file that <see cref="save_state_dict(string)"/> (or TorchSharp's) wrote for the same parameters in the same order.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or of another kind of optimizer.</exception>
    /// <exception cref="ArgumentException">The file has other groups or parameters.</exception>
    public void load_state_dict(string location)
    {
        using var reader = TensorFormat.OpenFile(location);
        load_state_dict(reader);
    }

    /// <summary>Loads options and state. Nothing is changed unless everything fits.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="InvalidDataException">The data are damaged, or of another kind of optimizer.</exception>
    /// <exception cref="ArgumentException">The data have other groups or parameters.</exception>
    public void load_state_dict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var loaded = new StateDictionary();
        try
        {
            TensorFormat.Guard(reader, () => Read(reader, loaded));
            load_state_dict(loaded);
        }
        finally
        {
            loaded.State.ForEach(state => state.Dispose());
        }
    }

    private void Read(BinaryReader reader, StateDictionary loaded)
    {
        var kind = reader.ReadString();
        if (kind != GetType().Name)
        {
            throw new InvalidDataException(
                kind.Length < 40 && kind.All(char.IsLetterOrDigit)
                    ? $"this is the state of the optimizer {kind}, not of {GetType().Name}"
                    : "this is not an optimizer's state");
        }

        var (groups, states) = (TensorFormat.ReadNumber(reader), TensorFormat.ReadNumber(reader));
        if (groups != _groups.Count || states != States.Count())
        {
            throw new ArgumentException(Mismatch(groups, states));
        }

        foreach (var _ in _groups)
        {
            var options = NewOptions();
            options.LoadStateDict(reader);
            loaded.Options.Add(options);
        }

        foreach (var own in States)
        {
            var state = NewState(own.Parameter);
            loaded.State.Add(state);
            state.LoadStateDict(reader);
        }
    }

    private string Mismatch(long groups, long states) =>
        $"The state has {groups} groups and {states} parameters, this optimizer has {_groups.Count} and {States.Count()}; make it with the same parameters in the same groups.";

    // Every group got options when it was added.
    private static OptimizerOptions OptionsOf(OptimizerGroup group) => group.Settings.Options!;
}
