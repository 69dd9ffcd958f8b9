using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Settings;

/// <summary>Settings laid over each other: what a variant says replaces what its base says.</summary>
public sealed class SettingSet
{
    private readonly Dictionary<string, Setting> settings = [];

    /// <summary>Whether <paramref name="name"/> was given.</summary>
    public bool Has(string name) => settings.ContainsKey(name);

    /// <summary>The setting, or null when it was not given.</summary>
    public Setting? Find(string name) => settings.TryGetValue(name, out var found) ? found : null;

    /// <summary>Whether a section or a flag is there and on.</summary>
    public bool On(string name) => Find(name) is { Number: not 0 };

    /// <summary>Lays <paramref name="layer"/> over what is there.</summary>
    public void Overlay(IEnumerable<Setting> layer)
    {
        foreach (var setting in layer)
        {
            settings[setting.Name] = setting;

            // A model has one attention: naming a kind replaces the other.
            if (setting.Name == SettingNames.LatentAttention)
            {
                settings.Remove(SettingNames.GroupedQueryAttention);
            }
            else if (setting.Name == SettingNames.GroupedQueryAttention)
            {
                settings.Remove(SettingNames.LatentAttention);
            }
        }
    }

    /// <summary>Adds a setting unless it is there.</summary>
    public void Default(string name, double value)
    {
        if (!Has(name))
        {
            settings[name] = new Setting(name, value, value.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>All settings in the order of their names, so that equal declarations give equal lists.</summary>
    public EquatableArray<Setting> ToArray() => new(settings.Values.OrderBy(s => s.Name, System.StringComparer.Ordinal));
}
