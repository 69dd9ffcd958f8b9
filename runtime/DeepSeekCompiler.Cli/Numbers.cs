using System.Globalization;

namespace DeepSeekCompiler.Cli;

/// <summary>Lists of whole numbers in options.</summary>
internal static class Numbers
{
    /// <param name="list">Numbers, separated by commas.</param>
    /// <param name="option">The option that it was given to.</param>
    /// <param name="what">What one of them is.</param>
    /// <param name="least">The smallest that has a meaning.</param>
    /// <exception cref="UserException">One of them is something else.</exception>
    public static int[] Parse(string list, string option, string what, int least)
    {
        string[] parts = list.Split(',');
        var numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < least)
                throw new UserException($"\"{parts[i]}\" in {option} is no {what}; give whole numbers from {least} up, separated by commas.");
        }

        return numbers;
    }
}
