using System;
using System.Globalization;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>Invariant culture until disposed: some cultures print a minus that no parser reads back.</summary>
public readonly struct InvariantCulture : IDisposable
{
    private readonly CultureInfo previous;

    /// <summary>Switches the current thread to the invariant culture.</summary>
    public InvariantCulture()
    {
        // RS1035 forbids reading the user's culture because output must not depend on it: this makes sure that it does not.
#pragma warning disable RS1035
        previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
#pragma warning restore RS1035
    }

    /// <summary>Switches back.</summary>
    public void Dispose()
    {
#pragma warning disable RS1035 // as above
        CultureInfo.CurrentCulture = previous;
#pragma warning restore RS1035
    }
}
