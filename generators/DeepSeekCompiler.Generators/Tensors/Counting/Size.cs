namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>What a call's cost depends on.</summary>
/// <param name="Name">For people.</param>
/// <param name="Code">Where it stands among the arguments of a host kernel, as C#.</param>
public sealed record Size(string Name, string Code)
{
    /// <summary>An integer parameter.</summary>
    public Size(string name)
        : this(name, name)
    {
    }

    /// <summary>Slots of all active experts, where only the list of their first slots is given.</summary>
    public static readonly Size ListedSlots = new("slots", "offset[active]");

    /// <summary>Experts that any token chose, where only the choices are given.</summary>
    public static readonly Size ChosenExperts = new("active", "KernelClock.Distinct(chosen, slots)");
}
