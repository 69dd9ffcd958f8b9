using DeepSeekCompiler.Training.Grammars;

namespace DeepSeekCompiler.Training.Stories;

/// <summary>A story being told: who is in it, and what may be asked about it afterwards.</summary>
internal sealed class Story(Derivation derivation)
{
    private readonly List<Character> _characters = [.. Words.Characters];
    private readonly List<string> _places = [.. Words.Places];
    private readonly List<Thing> _things = [.. Words.Things];

    public Derivation Text { get; } = derivation;

    /// <summary>Questions with the only right answer; no question twice.</summary>
    public List<(string Question, string Answer)> Facts { get; } = [];

    public Character Hero { get; private set; } = Words.Characters[0];

    public string Kind { get; private set; } = "";

    /// <summary>Names the hero, before the story or in its first sentence.</summary>
    public void Meet()
    {
        Kind = Text.Pick(Words.Kinds);
        Text.Write($"{Words.Article(Kind)} named ");
        Hero = Text.Draw(_characters);
        Text.Write(Hero.Name);
    }

    public Character Friend() => Text.Draw(_characters);

    public string Place() => Text.Draw(_places);

    public Thing Thing() => Text.Draw(_things);

    public void Tell(bool met)
    {
        Opening(met);
        var episodes = new List<Action<Story>> { Episodes.Share, Episodes.Add, Episodes.Seek, Episodes.Trade, Episodes.Hide };
        int count = Text.Choose(1, 2) + 1;
        for (int i = 0; i < count; i++)
        {
            Text.Write(i == 0 ? "\n\n" : "\n\n[After that|In the afternoon|A little later|Soon after], ");
            Text.Draw(episodes)(this);
        }

        Text.Write($"\n\n[And so they all went home before dark.|In the evening {Hero.Name} fell asleep with a smile.|It had been a very good day.|{Hero.Name} told the moon all about it.] The end.");
    }

    private void Opening(bool met)
    {
        Text.Write("[Once upon a time|Long ago|One day in spring|Far away] there was a [little|young|tiny|brave|shy|clever|cheerful|sleepy] ");
        if (!met) Kind = Text.Pick(Words.Kinds);
        Text.Write($"{Kind} named ");
        if (!met) Hero = Text.Draw(_characters);
        Text.Write($"{Hero.Name} who lived ");
        string home = Text.Pick(Words.Homes);
        Text.Write($"{home}. {Hero.TheyCapital} ");
        string trait = Text.Pick(Words.Traits);
        Text.Write($"{trait}. It was a ");
        var weather = Text.Pick(Words.Weathers);
        Text.Write($"{weather.Kind} morning. {weather.Look}");
        Facts.Add(($"Where did {Hero.Name} live?", $"{Hero.Name} lived {home}."));
        Facts.Add(("What was the weather like?", $"It was a {weather.Kind} morning."));
        Facts.Add(($"What animal was {Hero.Name}?", $"{Hero.Name} was {Words.Article(Kind)}."));
    }
}
